import { LibraryError } from './libraryError.ts';

/** What a field of a configuration must hold. */
export interface Field {
  readonly must: string;
  readonly holds: (value: unknown) => boolean;
  readonly required?: true;
}

export const text: Field = { must: 'be a text that is not empty', holds: isText };

export const texts: Field = {
  must: 'be a list of texts, none empty and none twice',
  holds: (value) => isListOf(value, isText) && value.length > 0,
};

export const textMap: Field = {
  must: 'be an object from texts to texts or null',
  holds: (value) => isObject(value) && Object.values(value).every((one) => one === null || isText(one)),
};

export function required(field: Field): Field {
  return { ...field, required: true };
}

export function wholeNumber(low: number, high: number): Field {
  const holds = (value: unknown) =>
    Number.isSafeInteger(value) && (value as number) >= low && (value as number) <= high;
  return { must: `be a whole number from ${low} to ${high}`, holds };
}

export function wholeNumbers(low: number, high: number): Field {
  const { holds } = wholeNumber(low, high);
  return {
    must: `be a list of whole numbers from ${low} to ${high}, none twice`,
    holds: (value) => isListOf(value, holds) && value.length > 0,
  };
}

export function oneOf(...choices: readonly string[]): Field {
  return { must: `be one of ${choices.join(', ')}`, holds: (value) => choices.some((choice) => choice === value) };
}

/**
 * What is amiss with the fields of a configuration, which may come from a JSON file and hold anything. A field that is not in
 * `fields` is amiss, too: a misspelled option must not pass for its default.
 */
export function fieldProblems(config: object, fields: Readonly<Record<string, Field>>): string[] {
  const problems: string[] = [];
  const values = new Map<string, unknown>(Object.entries(config));
  for (const [name, { must, holds, required: needed }] of Object.entries(fields)) {
    const value = values.get(name);
    if (value === undefined ? needed : !holds(value)) problems.push(`${name} must ${must}, got ${shown(value)}`);
  }
  for (const name of values.keys()) {
    if (name !== 'kind' && !Object.hasOwn(fields, name)) {
      problems.push(`there is no field '${name}'; there are ${Object.keys(fields).join(', ')}`);
    }
  }
  return problems;
}

/** @throws LibraryError with all `fieldProblems`. */
export function expectFields(kind: string, config: object, fields: Readonly<Record<string, Field>>): void {
  const problems = fieldProblems(config, fields);
  if (problems.length > 0) throw new LibraryError(kind, problems);
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isListOf(value: unknown, holds: (item: unknown) => boolean): value is unknown[] {
  return Array.isArray(value) && value.every(holds) && new Set(value).size === value.length;
}

function shown(value: unknown): string {
  const json = value === undefined ? 'nothing' : typeof value === 'number' ? String(value) : JSON.stringify(value);
  return json.length > 60 ? `${json.slice(0, 60)}…` : json;
}
