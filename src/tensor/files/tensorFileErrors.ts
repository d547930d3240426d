/** Where in a file of tensors something is wrong. */
export interface FilePlace {
  readonly file: string;
  /** The tensor (in a zip archive: the entry), when it is one tensor's fault. */
  readonly tensor?: string | undefined;
  /** The field of the format, in the format's own words. */
  readonly field?: string | undefined;
}

/** A file of tensors breaks its format, or cannot be written in it. The message names file, tensor and field. */
export abstract class TensorFileError extends Error {
  readonly file: string;
  readonly tensor: string | undefined;
  readonly field: string | undefined;

  constructor(format: string, noun: string, place: FilePlace, reason: string, options?: ErrorOptions) {
    const owner = place.tensor === undefined ? [] : [`${noun} ${quoteName(place.tensor)}`];
    const fault = place.field === undefined ? reason : `${place.field} ${reason}`;
    super([format, place.file, ...owner, fault].join(': '), options);
    this.file = place.file;
    this.tensor = place.tensor;
    this.field = place.field;
  }
}

/** A safetensors file or index that breaks the format, or arrays that cannot be written as one. */
export class SafetensorsError extends TensorFileError {
  override readonly name = 'SafetensorsError';
  constructor(place: FilePlace, reason: string, options?: ErrorOptions) {
    super('safetensors', 'tensor', place, reason, options);
  }
}

/** An npy file, or an npy entry of an npz file, that breaks the format, or an array that NumPy has no type for. */
export class NpyError extends TensorFileError {
  override readonly name = 'NpyError';
  constructor(place: FilePlace, reason: string, options?: ErrorOptions) {
    super('npy', 'array', place, reason, options);
  }
}

/** A zip archive (an npz file is one) whose structure contradicts itself, or names that cannot be written into one. */
export class ZipError extends TensorFileError {
  override readonly name = 'ZipError';
  constructor(place: FilePlace, reason: string, options?: ErrorOptions) {
    super('zip', 'entry', place, reason, options);
  }
}

/** A name from a file, escaped and cut short: an untrusted one can be megabytes long or hold control characters. */
export function quoteName(name: string): string {
  return name.length > 100 ? `${JSON.stringify(name.slice(0, 100))}…` : JSON.stringify(name);
}

/** The first few of many names, for messages. */
export function listNames(names: Iterable<string>): string {
  const all = [...names];
  const shown = all.slice(0, 5).map(quoteName).join(', ');
  return all.length > 5 ? `${shown} and ${all.length - 5} more` : shown || 'none';
}
