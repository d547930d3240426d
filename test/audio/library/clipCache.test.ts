import { describe, expect, test } from 'vitest';
import { ClipCache } from '../../../src/audio/library/clipCache.ts';

describe('ClipCache', () => {
  test('stays below its bytes, and forgets what was unused longest', async () => {
    const cache = new ClipCache(80);
    const made: string[] = [];
    const get = (key: string, length = 10) =>
      cache.get(key, () => {
        made.push(key);
        return new Float32Array(length);
      });
    for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) {
      await get(key);
      expect(cache.bytes).toBeLessThanOrEqual(80);
    }
    expect(made).toEqual(['a', 'b', 'c', 'b']);
    await get('large', 100);
    expect(cache.bytes).toBeLessThanOrEqual(80);
  });

  test('keeps nothing of what could not be made', async () => {
    const cache = new ClipCache(80);
    await expect(cache.get('a', () => Promise.reject(new Error('lost')))).rejects.toThrow('lost');
    expect(await cache.get('a', () => new Float32Array([1]))).toEqual(new Float32Array([1]));
  });
});
