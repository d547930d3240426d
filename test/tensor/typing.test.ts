import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { ROOT } from '../setup/sourceFiles.ts';

test('calls with wrong buffers, parameters or attributes and async scopes do not compile', () => {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [] }, ts.sys, ROOT);
  const program = ts.createProgram([join(import.meta.dirname, 'typing.test-d.ts')], options);
  const file = program.getSourceFile(join(import.meta.dirname, 'typing.test-d.ts'));
  const messages = [...program.getGlobalDiagnostics(), ...program.getSemanticDiagnostics(file)].map(
    ({ messageText, start }) =>
      `line ${file!.getLineAndCharacterOfPosition(start ?? 0).line + 1}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
  );
  expect(messages).toEqual([]);
});
