import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CsvError, csvTable, parseCsv } from '../../../src/audio/library/csv.ts';

const fieldsOf = (text: string) => parseCsv(text).map(({ fields }) => fields);

describe('comma-separated values', () => {
  test('fields may be quoted, empty, or hold quotes, commas and line ends', () => {
    expect(fieldsOf('a,b\n"x, y","say ""hi"""\n"two\nlines",\n')).toEqual([
      ['a', 'b'],
      ['x, y', 'say "hi"'],
      ['two\nlines', ''],
    ]);
  });

  test('lines end in any of three ways, and the last need not end', () => {
    for (const end of ['\n', '\r\n', '\r'])
      expect(fieldsOf(`a,b${end}${end}c,d`)).toEqual([
        ['a', 'b'],
        ['c', 'd'],
      ]);
    expect(fieldsOf('')).toEqual([]);
    expect(fieldsOf('a,')).toEqual([['a', '']]);
    expect(fieldsOf('\uFEFFa\n')).toEqual([['a']]);
  });

  test('an empty field in quotes is a record, an empty line is none', () => {
    expect(fieldsOf('""\n\na')).toEqual([[''], ['a']]);
  });

  test('records know their lines', () => {
    expect(parseCsv('a\n"b\r\nb"\n\nc').map(({ line }) => line)).toEqual([1, 2, 5]);
  });

  test('quotes that do not match name the line', () => {
    for (const text of ['a\n"b', 'a\n"b"c', 'a\nb"c"']) {
      expect(() => parseCsv(text)).toThrow(CsvError);
      expect(() => parseCsv(text)).toThrow('line 2: a quote is not closed');
    }
  });

  test('any text comes back from being quoted', () => {
    const record = fc.array(fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', 'é') }), {
      minLength: 1,
    });
    fc.assert(
      fc.property(fc.array(record), (records) => {
        const text = records.map((one) => one.map((field) => `"${field.replaceAll('"', '""')}"`).join(','));
        expect(fieldsOf(text.join('\n'))).toEqual(records);
      }),
    );
  });
});

describe('a table', () => {
  test('gives fields by the names of columns', () => {
    const { rows, problems } = csvTable('t.csv', 'b, a\n 1 ,2\n', ['a']);
    expect(problems).toEqual([]);
    expect(rows.map((row) => [row.get('a'), row.get('b'), row.get('c')])).toEqual([['2', '1', '']]);
  });

  test('reports rows that are too long or short, and keeps the others', () => {
    const { rows, problems } = csvTable('t.csv', 'a,b\n1\n1,2\n1,2,3\n', ['a']);
    expect(rows).toHaveLength(1);
    expect(problems).toEqual(['t.csv line 2: has 1 fields, not 2', 't.csv line 4: has 3 fields, not 2']);
  });

  test('reports columns that are not there, and quotes that do not match', () => {
    expect(csvTable('t.csv', 'a,b\n', ['a', 'c']).problems).toEqual(['t.csv: needs the columns c, has a, b']);
    expect(csvTable('t.csv', '', ['a']).problems).toEqual(['t.csv: needs the columns a, has nothing']);
    expect(csvTable('t.csv', 'a\n"', ['a']).problems[0]).toMatch('t.csv line 2: a quote is not closed');
  });
});
