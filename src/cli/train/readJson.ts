import { readFile } from 'node:fs/promises';

/** A config file. @throws Error that says whether it cannot be read or is not JSON. */
export async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new Error(`train: ${path} cannot be read: ${error.message}`);
  });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SyntaxError(`train: ${path} is not JSON: ${(error as Error).message}`);
  }
}
