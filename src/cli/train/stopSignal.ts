import { constants } from 'node:os';

export interface StopSignal {
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  /** What a shell expects of a process that a signal ended: 128 and its number. */
  exitCode(): number;
  /** Signals do again what they did before. */
  end(): void;
}

/** The first SIGINT or SIGTERM asks to stop in good order; the second ends the process at once. */
export function stopSignal(): StopSignal {
  const controller = new AbortController();
  let code = 0;
  const onSignal = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(code);
    code = 128 + constants.signals[name];
    console.error(`\n${name}: finishing the step and writing a checkpoint; once more to stop at once`);
    controller.abort();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    exitCode: () => code,
    end() {
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    },
  };
}
