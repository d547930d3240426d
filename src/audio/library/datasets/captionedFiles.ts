import type { ListedClip } from '../fileLibrary.ts';

/** Rows about one file become one clip, in the order in which the files come first; captions that come twice are kept once. */
export function mergeByFile(clips: Iterable<ListedClip>): ListedClip[] {
  const merged = new Map<string, ListedClip>();
  for (const clip of clips) {
    const same = merged.get(clip.id);
    const captions = [...new Set([...(same?.captions ?? []), ...clip.captions])];
    const labels = [...new Set([...(same?.labels ?? []), ...clip.labels])];
    merged.set(clip.id, { ...(same ?? clip), captions, labels });
  }
  return [...merged.values()];
}

/** A label in words: `electric guitar` of `Electric_guitar`, `alarm clock` of `AlarmClock`. */
export function labelInWords(label: string): string {
  return label
    .replaceAll(/[_\s]+/g, ' ')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .trim()
    .toLowerCase();
}
