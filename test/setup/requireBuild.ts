import { inject } from 'vitest';

const failure = inject('buildFailure');
if (failure !== null) throw new Error(`npm run build failed:\n${failure}`);
