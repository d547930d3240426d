import { GPUAdapter } from './adapter.ts';
import { WGSLLanguageFeatures } from './features.ts';
import type { Host } from './host.ts';
import { construct, forbidConstruction } from './object.ts';
import { toDictionary, toEnum } from './webidl.ts';

const powerPreferences = ['low-power', 'high-performance'] as const;

export class GPU implements globalThis.GPU {
  declare readonly __brand: 'GPU';
  readonly wgslLanguageFeatures: WGSLLanguageFeatures;
  readonly #host: Host;

  /** @internal */
  constructor(token: typeof construct, host: Host) {
    forbidConstruction(token);
    this.#host = host;
    this.wgslLanguageFeatures = new WGSLLanguageFeatures(construct, host.compiler.languageFeatures);
  }

  /** The CPU, whatever power it is asked for; null only for a feature level the specification does not know. */
  async requestAdapter(options?: GPURequestAdapterOptions): Promise<GPUAdapter | null> {
    const { featureLevel = 'core', powerPreference } = toDictionary(options, 'options');
    if (powerPreference !== undefined) toEnum(powerPreference, powerPreferences, 'powerPreference');
    const level: string = String(featureLevel);
    if (level !== 'core' && level !== 'compatibility') return null;
    return new GPUAdapter(construct, this.#host, level === 'core');
  }

  getPreferredCanvasFormat(): GPUTextureFormat {
    return 'bgra8unorm';
  }
}

/** The WebGPU objects on top of a compiler and the means to run its kernels. */
export function createGPU(host: Host): GPU {
  return new GPU(construct, host);
}
