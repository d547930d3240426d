import { describe, expect, test } from 'vitest';
import { barChart } from '../../../src/train/figures/barChart.ts';
import { boxChart } from '../../../src/train/figures/boxChart.ts';
import { standaloneSvg } from '../../../src/train/figures/figureStyle.ts';
import { lineChart, type Point } from '../../../src/train/figures/lineChart.ts';
import { smoothed } from '../../../src/train/figures/smoothed.ts';
import { findAll, parseMarkup, pathPoints } from './markupTree.ts';

const line = (points: readonly Point[], more: object = {}) =>
  parseMarkup(lineChart({ title: 'T', xLabel: 'step', yLabel: 'dB', series: [{ name: 'a', points, ...more }] }));

describe('lineChart', () => {
  test('draws values where the marks of its axes say they are', () => {
    const tree = line([
      [0, 0],
      [5, 10],
      [10, 5],
    ]);
    const [first, second, third] = pathPoints(findAll(tree, '.line')[0]!.attributes['d']!) as [number, number][];
    const ticks = new Map(findAll(tree, '.tick').map(({ text, attributes }) => [text, attributes]));
    const [y0, y10] = ['0', '10'].map(
      (text) => findAll(tree, '.tick').find((t) => t.text === text && t.attributes['text-anchor'] === 'end')!,
    );
    expect(Number(y0!.attributes['y'])! - 4).toBeCloseTo(first![1], 1);
    expect(Number(y10!.attributes['y'])! - 4).toBeCloseTo(second![1], 1);
    expect(third![1]).toBeCloseTo((first![1] + second![1]) / 2, 1);
    expect(second![0]).toBeCloseTo((first![0] + third![0]) / 2, 1);
    expect(ticks.size).toBeGreaterThan(4);
  });

  test('leaves gaps where values are not finite', () => {
    const tree = line([
      [0, 1],
      [1, 2],
      [2, Number.NaN],
      [3, 3],
      [4, 1],
    ]);
    const d = findAll(tree, '.line')[0]!.attributes['d']!;
    expect(d.match(/M/g)).toHaveLength(2);
    expect(pathPoints(d)).toHaveLength(4);
    expect(findAll(tree, '.dot')).toHaveLength(4);
  });

  test('thins long curves to what can be seen: peaks stay', () => {
    const points = Array.from({ length: 100_000 }, (_, i): Point => [i, i === 54_321 ? 50 : Math.sin(i / 100)]);
    const svg = lineChart({ title: 'T', xLabel: '', yLabel: '', series: [{ name: 'a', points }] });
    expect(svg.length).toBeLessThan(60_000);
    const drawn = pathPoints(findAll(parseMarkup(svg), '.line')[0]!.attributes['d']!);
    const peak = Math.min(...drawn.map(([, y]) => y));
    expect(drawn.filter(([, y]) => y === peak)).toHaveLength(1);
  });

  test('outliers of the raw curve do not stretch the axis, and stay inside the plot', () => {
    const raw = Array.from({ length: 500 }, (_, i): Point => [i, i === 3 ? 1e6 : i % 7]);
    const tree = line(smoothed(raw.slice(50), 20), { raw });
    const labels = findAll(tree, '.tick').map(({ text }) => text);
    expect(labels).toContain('6');
    expect(labels).not.toContain('1,000,000');
    for (const [, y] of pathPoints(findAll(tree, '.faint')[0]!.attributes['d']!)) expect(y).toBeGreaterThan(0);
  });

  test('names series in a legend only where there are several, text escaped', () => {
    const series = ['a < b', 'c & d'].map((name) => ({ name, points: [[0, 1] as const, [1, 2] as const] }));
    const tree = parseMarkup(lineChart({ title: '"T"', xLabel: 'x', yLabel: 'y', series }));
    expect(tree.text).toContain('a &lt; b');
    expect(findAll(tree, '.c1').length).toBeGreaterThan(1);
    expect(findAll(line([[0, 1]]), 'text').map(({ text }) => text)).not.toContain('a');
  });

  test('says so when there is nothing to draw', () => {
    expect(line([]).text).toContain('no values yet');
  });

  test('draws a band around its line', () => {
    const band = [0, 1, 2].map((x) => [x, x - 1, x + 1] as const);
    const tree = line([[0, 0], [1, 1], [2, 2]], { band }); // biome-ignore format: three points
    expect(pathPoints(findAll(tree, '.area')[0]!.attributes['d']!)).toHaveLength(6);
  });
});

describe('smoothed', () => {
  test('is the mean around each point: a straight line stays one, also at its ends but for the half window', () => {
    const points = Array.from({ length: 20 }, (_, i): Point => [i, 2 * i]);
    expect(smoothed(points, 5).slice(2, -2)).toEqual(points.slice(2, -2));
    expect(smoothed(points, 5)[0]).toEqual([0, 2]);
  });

  test('passes over what is not finite', () => {
    const made = smoothed([[0, 1], [1, Number.NaN], [2, 3]], 3); // biome-ignore format: three points
    expect(made).toEqual([[0, 1], [1, Number.NaN], [2, 3]]); // biome-ignore format: three points
  });
});

describe('boxChart', () => {
  const values = Array.from({ length: 101 }, (_, i) => i); // percentiles are the values themselves
  const tree = parseMarkup(
    boxChart({
      title: 'T',
      xLabel: 'sources',
      yLabel: 'dB',
      series: ['audio'],
      groups: [{ label: '2', values: [values] }],
    }),
  );

  test('draws quartiles, median, mean and whiskers at their values', () => {
    const at = (value: number) => {
      const [zero, hundred] = ['0', '100'].map(
        (label) => Number(findAll(tree, '.tick').find(({ text }) => text === label)!.attributes['y']) - 4,
      );
      return zero! + ((hundred! - zero!) * value) / 100;
    };
    const box = findAll(tree, '.box')[0]!.attributes;
    expect(Number(box['y'])).toBeCloseTo(at(75), 1);
    expect(Number(box['height'])).toBeCloseTo(at(25) - at(75), 1);
    expect(Number(findAll(tree, '.mean')[0]!.attributes['cy'])).toBeCloseTo(at(50), 1);
    expect(pathPoints(findAll(tree, '.median')[0]!.attributes['d']!)[0]![1]).toBeCloseTo(at(50), 1);
    const ends = pathPoints(findAll(tree, '.whisker')[0]!.attributes['d']!).map(([, y]) => y);
    expect(Math.min(...ends)).toBeCloseTo(at(95), 1);
    expect(Math.max(...ends)).toBeCloseTo(at(5), 1);
  });

  test('says in words what it shows, and how many values there are', () => {
    expect(findAll(tree, 'title')[0]!.text).toMatchInlineSnapshot(
      `"2, audio: median 50.0, half of the values from 25.0 to 75.0, mean 50.0, 101 values"`,
    );
    expect(tree.text).toContain('n = 101');
  });

  test('groups without values keep their place', () => {
    const groups = [
      { label: 'a', values: [[1, 2], []] },
      { label: 'b', values: [[], [Number.NaN]] },
    ];
    const empty = parseMarkup(boxChart({ title: 'T', xLabel: '', yLabel: '', series: ['x', 'y'], groups }));
    expect(findAll(empty, '.box')).toHaveLength(1);
    expect(findAll(empty, '.label').map(({ text }) => text)).toEqual(['a', 'b']);
  });
});

describe('barChart', () => {
  const groups = [
    { label: 'bell', bars: [{ value: 10, interval: [8, 12] as const }] },
    { label: 'a very long name of a class that does not fit', bars: [{ value: -5 }] },
    { label: 'rain', bars: [undefined] },
  ];
  const svg = barChart({ title: 'T', xLabel: 'dB', series: [''], groups });
  const tree = parseMarkup(svg);

  test('bars begin at 0 and go either way', () => {
    const [up, down] = findAll(tree, '.bar').map(({ attributes }) => attributes);
    expect(Number(down!['x']) + Number(down!['width'])).toBeCloseTo(Number(up!['x']), 1);
    expect(Number(up!['width'])).toBeCloseTo(2 * Number(down!['width']), 1);
    const [start, end] = pathPoints(findAll(tree, '.interval')[0]!.attributes['d']!);
    expect(findAll(tree, '.bar')).toHaveLength(2);
    expect(start![0]).toBe(end![0]);
  });

  test('names are shortened, numbers stand at the ends', () => {
    const labels = findAll(tree, '.label').map(({ text }) => text);
    expect(labels[0]).toBe('bell');
    expect(labels[1]).toMatch(/^a very long.*…$/);
    expect(tree.text).toContain('10.0');
    expect(tree.text).toContain('−5.0');
  });

  test('grows with the number of groups', () => {
    const height = (count: number) => {
      const many = Array.from({ length: count }, (_, i) => ({ label: String(i), bars: [{ value: i }] }));
      const [, , , h] = findAll(
        parseMarkup(barChart({ title: 'T', xLabel: '', series: [''], groups: many })),
        'svg',
      )[0]!.attributes['viewBox']!.split(' ');
      return Number(h);
    };
    expect(height(20) - height(10)).toBe(height(30) - height(20));
  });

  test('as a file of its own brings its colors, in both schemes', () => {
    const file = standaloneSvg(svg);
    expect(file).toMatch(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n<svg [^>]*xmlns=[^>]*><style>/);
    expect(file).toContain('prefers-color-scheme: dark');
    for (const name of file.match(/var\(--([\w]+)\)/g)!) {
      expect(file).toContain(`${name.slice(4, -1)}: `);
    }
  });
});
