/** The parts of the WebGPU conformance suite that speak of compute, in the order of the table. */
export interface Group {
  readonly name: string;
  /** Whether a test file, written `a/b/c`, belongs to it. The first group that says so counts. */
  readonly files: RegExp;
}

export const GROUPS: readonly Group[] = [
  { name: 'shader,execution,expression', files: /^shader\/execution\/expression\// },
  { name: 'shader,execution,flow_control', files: /^shader\/execution\/flow_control\// },
  { name: 'shader,execution,memory_layout', files: /^shader\/execution\/memory_layout$/ },
  { name: 'shader,execution,zero_init', files: /^shader\/execution\/zero_init$/ },
  { name: 'shader,execution,robust_access', files: /^shader\/execution\/robust_access$/ },
  { name: 'shader,execution, other', files: /^shader\/execution\// },
  { name: 'shader,validation', files: /^shader\/validation\// },
  { name: 'api,operation', files: /^api\/operation\// },
  { name: 'api,validation', files: /^api\/validation\// },
];

/** Test files that are about graphics stages, textures or samplers throughout. */
const GRAPHICS: readonly RegExp[] = [
  /^shader\/execution\/expression\/call\/builtin\/(texture|dpd[xy]|fwidth|quad)/,
  /^shader\/execution\/(robust_access_vertex|shader_io\/(fragment|vertex|user_io))/,
  /^shader\/validation\/expression\/call\/builtin\/(texture|derivatives)/,
  /^shader\/validation\/(types\/(textures|sampler)|extension\/(clip_distances|dual_source_blending))/,
  /^api\/operation\/(rendering|render_pass|render_pipeline|sampling|storage_texture|texture_view|vertex_state)\//,
  /^api\/operation\/(command_buffer\/(image_copy|copyTextureToTexture|render)|command_buffer\/queries\/occlusion|queue\/(writeTexture|copy))/,
  /^api\/operation\/(memory_sync\/texture|memory_allocation|resource_init\/texture|shader_module\/texture)/,
  /^api\/validation\/(createTexture|createView|createSampler|texture|render_p|render_|vertex_|image_copy|non_filterable|gpu_external)/,
  /^api\/validation\/(capability_checks\/features\/(clip|texture))/,
  /^api\/validation\/capability_checks\/limits\/.*(Texture|Sampl|Color|Vert|InterStage|Fragment)/,
  /^api\/validation\/encoding\/(beginRenderPass|createRenderBundle|cmds\/(copyTexture|render|index_access|setImm))/,
  /^api\/validation\/(queue\/(copyToTexture|writeTexture|destroyed\/texture)|resource_usages\/texture|state\/.*texture)/,
];

export function groupOf(spec: string): Group | undefined {
  return GROUPS.find(({ files }) => files.test(spec));
}

/** Whether the whole file is left out of the run and counted as not applicable. */
export function isGraphics(spec: string): boolean {
  return GRAPHICS.some((pattern) => pattern.test(spec));
}

/** A family is a test file; the many built-ins and operators are one each. */
export function familyOf(query: string): string {
  const [, path = ''] = query.split(':');
  return path;
}
