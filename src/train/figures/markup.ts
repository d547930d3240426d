/** Text as it may stand in the content or a quoted attribute of HTML and SVG. */
export function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export type Attributes = Readonly<Record<string, string | number | undefined>>;

/**
 * An SVG or HTML element. Attribute values are escaped, children are markup already (`escapeText` for text); attributes that
 * are undefined are left out. Numbers are rounded to hundredths, which is finer than any screen shows.
 */
export function element(tag: string, attributes: Attributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${typeof value === 'number' ? short(value) : escapeText(value!)}"`)
    .join('');
  return `<${tag}${written}>${children.join('')}</${tag}>`;
}

/** A coordinate: at most two decimals. */
export function short(value: number): string {
  return String(Math.round(value * 100) / 100);
}
