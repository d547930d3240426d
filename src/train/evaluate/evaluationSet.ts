/** A mixture and one question about it. */
export interface EvaluationExample {
  /** Names the example within its set: the same one has the same id in every evaluation. */
  readonly id: string;
  readonly sampleRate: number; // Hz
  /** One array per channel; the first is W, or whatever hears all. */
  readonly mixture: readonly Float32Array[];
  /** Silence where what is asked for is not in the mixture. */
  readonly target: Float32Array;
  /** The question by example. */
  readonly clip?: Float32Array;
  /** The question in words. */
  readonly text?: string;
  /** Class of the target; empty where it is not known. */
  readonly label: string;
  /** Sounds in the mixture, interferers included; undefined where it is not known. */
  readonly sources?: number;
}

/** Examples by number, the same each time. */
export interface EvaluationSet {
  readonly size: number;
  /** Changes when the examples do: what was computed from other ones is not taken for theirs. */
  readonly fingerprint: string;
  /** What `example` will be called, without making it. */
  id(index: number): string;
  example(index: number): Promise<EvaluationExample>;
  close(): Promise<void>;
}
