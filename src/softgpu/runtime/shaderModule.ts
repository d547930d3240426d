import { toCompilationMessage } from '../wgsl/diagnostics.ts';
import type { ShaderModule } from './compiler.ts';
import type { DeviceState } from './deviceState.ts';
import { construct, forbidConstruction, GPUObject, inner, nameOf, type ObjectInner } from './object.ts';
import { required } from './webidl.ts';

interface ShaderModuleInner extends ObjectInner {
  readonly module: ShaderModule;
  readonly messages: readonly GPUCompilationMessage[];
}

export class GPUCompilationMessage implements globalThis.GPUCompilationMessage {
  declare readonly __brand: 'GPUCompilationMessage';
  readonly message: string;
  readonly type: GPUCompilationMessageType;
  readonly lineNum: number;
  readonly linePos: number;
  readonly offset: number;
  readonly length: number;

  /** @internal */
  constructor(token: typeof construct, given: ReturnType<typeof toCompilationMessage>) {
    forbidConstruction(token);
    this.message = given.message;
    this.type = given.type;
    this.lineNum = given.lineNum;
    this.linePos = given.linePos;
    this.offset = given.offset;
    this.length = given.length;
  }
}

export class GPUCompilationInfo implements globalThis.GPUCompilationInfo {
  declare readonly __brand: 'GPUCompilationInfo';
  readonly messages: readonly GPUCompilationMessage[];

  /** @internal */
  constructor(token: typeof construct, messages: readonly GPUCompilationMessage[]) {
    forbidConstruction(token);
    this.messages = Object.freeze([...messages]);
  }
}

export class GPUShaderModule extends GPUObject<ShaderModuleInner> implements globalThis.GPUShaderModule {
  declare readonly __brand: 'GPUShaderModule';

  getCompilationInfo(): Promise<GPUCompilationInfo> {
    return Promise.resolve(new GPUCompilationInfo(construct, this[inner].messages));
  }
}

/** createShaderModule of the specification. */
export function createShaderModule(device: DeviceState, descriptor: GPUShaderModuleDescriptor): GPUShaderModule {
  const code = String(required(descriptor.code, 'code'));
  const module = device.compiler.createShaderModule(code, { features: device.features });
  const messages = module.messages.map(
    (message) => new GPUCompilationMessage(construct, toCompilationMessage(code, message)),
  );
  const errors = messages.filter((message) => message.type === 'error');
  const name = nameOf('shader module', { label: descriptor.label ?? '' });
  const listed = errors.map(({ lineNum, linePos, message }) => `\n  ${lineNum}:${linePos}: ${message}`).join('');
  const valid = device.accepts(
    'createShaderModule',
    module.valid ? null : `The WGSL of the ${name} has errors:${listed}`,
  );
  return new GPUShaderModule(construct, descriptor.label, { device, valid, module, messages });
}
