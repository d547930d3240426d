export interface MarkupNode {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly MarkupNode[];
  /** Of this element and those in it. */
  readonly text: string;
}

const VOID = new Set(['meta', 'br', 'hr', 'link', 'img']);
const TOKEN = /<!--[\s\S]*?-->|<[?!][^>]*>|<(\/?)([a-zA-Z][\w-]*)((?:\s+[\w:-]+="[^"]*")*)\s*(\/?)>|([^<]+)|</g;

/** The tree of HTML or SVG as our writers make it. @throws Error for elements that do not nest, and stray angle brackets. */
export function parseMarkup(markup: string): MarkupNode {
  const open = [{ tag: 'root', attributes: {}, children: [] as MarkupNode[], text: '' }];
  for (const [token, closing, tag, attributes, , text] of markup.matchAll(TOKEN)) {
    const current = open.at(-1)!;
    if (text !== undefined) current.text += text;
    else if (token === '<') throw new Error('a < that opens nothing');
    else if (tag === undefined) continue;
    else if (closing) {
      if (current.tag !== tag) throw new Error(`</${tag}> closes <${current.tag}>`);
      open.pop();
      open.at(-1)!.children.push(current);
      open.at(-1)!.text += current.text;
    } else {
      const pairs = [...attributes!.matchAll(/([\w:-]+)="([^"]*)"/g)].map(([, name, value]) => [name!, value!]);
      const node = { tag, attributes: Object.fromEntries(pairs) as Record<string, string>, children: [], text: '' };
      if (VOID.has(tag)) current.children.push(node);
      else open.push(node);
    }
  }
  if (open.length > 1) throw new Error(`<${open.at(-1)!.tag}> is not closed`);
  return open[0]!;
}

/** All elements of a tag, or with a class, in the order of the text. */
export function findAll(node: MarkupNode, what: string): MarkupNode[] {
  const isClass = what.startsWith('.');
  const fits = ({ tag, attributes }: MarkupNode) =>
    isClass ? (attributes['class'] ?? '').split(' ').includes(what.slice(1)) : tag === what;
  return node.children.flatMap((child) => [...(fits(child) ? [child] : []), ...findAll(child, what)]);
}

/** The numbers of a path's absolute points. */
export function pathPoints(d: string): [x: number, y: number][] {
  return [...d.matchAll(/[ML](-?[\d.]+) (-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
}
