import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { ROOT } from '../setup/sourceFiles.ts';

/** Headless Chromium from npm, with WebGPU on SwiftShader: it needs no GPU, no display and no system packages. */
export async function launchChromium(): Promise<Browser> {
  const directory = unpackChromium();
  const { VK_DRIVER_FILES: _, ...environment } = process.env; // that one is Dawn's in Node; Chromium brings its own
  return chromium.launch({
    executablePath: join(directory, 'chromium'),
    env: {
      ...environment,
      LD_LIBRARY_PATH: join(directory, 'al2023', 'lib'),
      FONTCONFIG_PATH: join(directory, 'fonts'),
    } as Record<string, string>,
    args: [
      '--enable-unsafe-webgpu',
      '--use-webgpu-adapter=swiftshader',
      '--enable-features=Vulkan',
      '--no-sandbox', // containers run as root
      '--single-process',
      '--no-zygote',
      '--disable-background-networking',
    ],
  });
}

/**
 * Unpacks the browser and the libraries that a bare machine lacks, once, into the repository's cache. The package
 * itself would take whatever lies in the system's temporary folder, half-written files of another process included.
 */
function unpackChromium(): string {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'node_modules/@sparticuz/chromium/package.json'), 'utf8')) as {
    version: string;
  };
  const target = join(ROOT, '.cache', `chromium-${version}`);
  if (existsSync(target)) return target;
  const temporary = `${target}.${process.pid}`;
  mkdirSync(temporary, { recursive: true });
  // In a process of its own: the package reads where to unpack, and whether with libraries, from the environment.
  const unpack = `import chromium from '@sparticuz/chromium'; await chromium.executablePath();`;
  execFileSync(process.execPath, ['--input-type=module', '--eval', unpack], {
    cwd: ROOT,
    env: { ...process.env, TMPDIR: temporary, AWS_LAMBDA_JS_RUNTIME: 'nodejs22.x' },
  });
  try {
    renameSync(temporary, target);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    if (!existsSync(target)) throw error; // else another process was faster
  }
  return target;
}
