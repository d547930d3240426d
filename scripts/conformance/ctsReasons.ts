/** Why families of the conformance suite fail, where what is said first does not tell. */
export const REASONS: Readonly<Record<string, string>> = {
  'api,operation,buffers,map_ArrayBuffer':
    "Node's postMessage takes an ArrayBuffer that is detached already, where the suite expects a DataCloneError; and no " +
    'program in JavaScript can keep a mapped range from being transferred (softgpu then writes nothing back)',
};
