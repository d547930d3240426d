import { describe, expect, test } from 'vitest';
import { openLibrary } from '../../../src/audio/library/clipLibrary.ts';
import { constantWav, dataTree } from './dataTree.ts';

describe('FSD50K', () => {
  const files = {
    'FSD50K.ground_truth/dev.csv': [
      'fname,labels,mids,split',
      '64760,"Electric_guitar,Guitar,Music","/m/02sgy,/m/0342h,/m/04rlf",train',
      '16399,"Bark,Dog,Animal","/m/05tny_,/m/0bt9lr,/m/0jbk",val',
      '17,"Rain,Water","/m/06mb1,/m/0838f",train',
    ].join('\r\n'),
    'FSD50K.ground_truth/eval.csv': 'fname,labels,mids\n9,"Bark,Dog,Animal","/m/05tny_,/m/0bt9lr,/m/0jbk"\n',
    'FSD50K.dev_audio/64760.wav': 0.1,
    'FSD50K.dev_audio/16399.wav': 0.2,
    'FSD50K.dev_audio/17.wav': 0.3,
    'FSD50K.eval_audio/9.wav': 0.4,
  };

  test('has the splits of its tables; the first label counts, in words for a caption', async () => {
    const path = await dataTree(files);
    const train = await openLibrary({ kind: 'fsd50k', path });
    expect(train.clips).toEqual([
      { id: 'FSD50K.dev_audio/64760.wav', label: 'Electric_guitar', captions: ['electric guitar'] },
      { id: 'FSD50K.dev_audio/17.wav', label: 'Rain', captions: ['rain'] },
    ]);
    const valid = await openLibrary({ kind: 'fsd50k', path, split: 'valid' });
    expect(valid.clips.map(({ id }) => id)).toEqual(['FSD50K.dev_audio/16399.wav']);
    const test = await openLibrary({ kind: 'fsd50k', path, split: 'test' });
    expect(await test.load(test.clips[0]!, 8000)).toEqual(new Float32Array(100).fill(0.4));
  });

  test('a clip counts as the first of its labels that is kept', async () => {
    const path = await dataTree(files);
    const { clips } = await openLibrary({ kind: 'fsd50k', path, classMap: { Guitar: 'guitar' }, labels: ['guitar'] });
    expect(clips.map(({ label }) => label)).toEqual(['guitar']);
  });

  test('reports bad rows and lost files together', async () => {
    const path = await dataTree({
      'FSD50K.ground_truth/dev.csv': 'fname,labels,mids,split\n1,Rain,m,train\n2,,m,train\n3,Rain,m,dev\n',
    });
    await expect(openLibrary({ kind: 'fsd50k', path })).rejects.toMatchObject({
      problems: [
        'FSD50K.ground_truth/dev.csv line 3: needs a fname and labels',
        "FSD50K.ground_truth/dev.csv line 4: split must be train or val, got 'dev'",
        'FSD50K.dev_audio/1.wav: is not there; { "missing": "skip" } leaves such clips out',
      ],
    });
    await expect(openLibrary({ kind: 'fsd50k', path, split: 'test' })).rejects.toThrow(
      'there is no FSD50K.ground_truth/eval.csv; there should be FSD50K.dev_audio',
    );
  });
});

describe('ESC-50', () => {
  const meta = [
    'filename,fold,target,category,esc10,src_file,take',
    '1-100032-A-0.wav,1,0,dog,True,100032,A',
    '5-9032-A-0.wav,5,30,door_wood_knock,False,9032,A',
  ].join('\n');

  test('has the chosen folds', async () => {
    const path = await dataTree({ 'meta/esc50.csv': meta, 'audio/1-100032-A-0.wav': 0, 'audio/5-9032-A-0.wav': 0 });
    const { clips } = await openLibrary({ kind: 'esc50', path, folds: [5] });
    expect(clips).toEqual([
      { id: 'audio/5-9032-A-0.wav', label: 'door_wood_knock', captions: ['door wood knock'], seconds: 5 },
    ]);
    expect((await openLibrary({ kind: 'esc50', path })).clips).toHaveLength(2);
  });

  test('leaves lost files out where it is told to', async () => {
    const path = await dataTree({ 'meta/esc50.csv': meta, 'audio/1-100032-A-0.wav': 0 });
    const library = await openLibrary({ kind: 'esc50', path, missing: 'skip' });
    expect(library.clips.map(({ label }) => label)).toEqual(['dog']);
    expect(library.missing).toEqual(['audio/5-9032-A-0.wav']);
    await expect(openLibrary({ kind: 'esc50', path })).rejects.toThrow('audio/5-9032-A-0.wav: is not there');
  });
});

describe('EARS', () => {
  const files = {
    'p001/emo_anger_sentences.wav': 0,
    'p001/emo_extasy_freeform.wav': 0,
    'p001/freeform_speech_01.wav': 0,
    'p001/rainbow_03_whisper.wav': 0,
    'p001/vegetative_coughing.wav': 0,
    'p002/sentences_01_loud.wav': 0,
    'p101/sentences_01_fast.wav': 0,
    'p107/emo_neutral_sentences.wav': 0,
    'speaker_statistics.json': '{}',
  };

  test('is speech, with captions from the names of the files', async () => {
    const { clips } = await openLibrary({ kind: 'ears', path: await dataTree(files) });
    expect(new Set(clips.map(({ label }) => label))).toEqual(new Set(['Speech']));
    expect(clips.map(({ id, captions }) => [id, captions[0]])).toEqual([
      ['p001/emo_anger_sentences.wav', 'a person speaks with anger'],
      ['p001/emo_extasy_freeform.wav', 'a person speaks with ecstasy'],
      ['p001/freeform_speech_01.wav', 'a person speaks freely'],
      ['p001/rainbow_03_whisper.wav', 'a person reads in a whisper'],
      ['p002/sentences_01_loud.wav', 'a person reads in a loud voice'],
    ]);
  });

  test('has the speakers of its benchmark apart, and other styles if asked', async () => {
    const path = await dataTree(files);
    const idsOf = async (config: object) =>
      (await openLibrary({ kind: 'ears', path, ...config })).clips.map(({ id }) => id);
    expect(await idsOf({ split: 'valid' })).toEqual(['p101/sentences_01_fast.wav']);
    expect(await idsOf({ split: 'test' })).toEqual(['p107/emo_neutral_sentences.wav']);
    expect(await idsOf({ styles: ['vegetative'] })).toEqual(['p001/vegetative_coughing.wav']);
    await expect(idsOf({ split: 'test', styles: ['rainbow'] })).rejects.toThrow('there should be folders p001 to p107');
  });
});

describe('AudioCaps', () => {
  const csv = [
    'audiocap_id,youtube_id,start_time,caption',
    '97151,vfY_TJq7n_U,130,"Rustling occurs, ducks quack"',
    '97152,vfY_TJq7n_U,130,Ducks quack',
    '108945,tdWhHV3X25Q,60,An audience gives applause',
    '107898,tw76HGONaKg,570,A man speaks',
    '107893,-2bVZ7rz-5M,280,Motor noise',
  ].join('\n');

  test('finds clips under the names that tools for downloading give; all captions of a clip are one clip', async () => {
    const path = await dataTree({
      'dataset/val.csv': csv,
      'val/vfY_TJq7n_U.wav': 0,
      'val/YtdWhHV3X25Q_60.000_70.000.wav': 0,
      'val/tw76HGONaKg_570000_580000.wav': 0,
      'val/107893.wav': 0.5,
      'train/107893.wav': 0,
    });
    const library = await openLibrary({ kind: 'audiocaps', path, split: 'valid' });
    expect(library.clips).toHaveLength(4);
    expect(library.clips[0]).toEqual({
      id: 'val/vfY_TJq7n_U_130',
      label: 'val/vfY_TJq7n_U_130',
      captions: ['Rustling occurs, ducks quack', 'Ducks quack'],
    });
    expect(await library.load(library.clips[3]!, 8000)).toEqual(new Float32Array(100).fill(0.5));
  });

  test('lacks videos that are gone, and says which', async () => {
    const path = await dataTree({ 'val.csv': `${csv}\n1,,x,`, 'audio/107893.wav': 0 });
    const opened = openLibrary({ kind: 'audiocaps', path, split: 'valid', missing: 'skip' });
    await expect(opened).rejects.toThrow('val.csv line 7: needs a youtube_id');
    const whole = await dataTree({ 'val.csv': csv, 'audio/107893.wav': 0 });
    const library = await openLibrary({ kind: 'audiocaps', path: whole, split: 'valid', missing: 'skip' });
    expect(library.clips.map(({ id }) => id)).toEqual(['val/-2bVZ7rz-5M_280']);
    expect(library.missing).toEqual(['vfY_TJq7n_U.wav', 'tdWhHV3X25Q.wav', 'tw76HGONaKg.wav']);
  });
});

describe('Clotho', () => {
  const header = 'file_name,caption_1,caption_2,caption_3,caption_4,caption_5';

  test('has five captions for each clip, each clip being a class of its own', async () => {
    const path = await dataTree({
      'clotho_captions_evaluation.csv': `${header}\nSanto Motor\u0301.wav,one,two,three,"four, or so",five\n`,
      'evaluation/Santo Moto\u0155.wav': 0,
      'evaluation/Santo Motor\u0301.wav': 0,
    });
    const { clips } = await openLibrary({ kind: 'clotho', path, split: 'test' });
    const id = 'evaluation/Santo Moto\u0155.wav';
    expect(clips).toEqual([{ id, label: id, captions: ['one', 'two', 'three', 'four, or so', 'five'] }]);
  });

  test('says which table it looked for', async () => {
    const path = await dataTree({ 'development/x.wav': 0 });
    await expect(openLibrary({ kind: 'clotho', path })).rejects.toThrow('there is no clotho_captions_development.csv');
  });
});

describe('DCASE 2025 task 4', () => {
  const files = {
    'dev_set/sound_event/train/AlarmClock/a.wav': 0.1,
    'dev_set/sound_event/train/Speech/p001/b.wav': 0.2,
    'dev_set/sound_event/valid/Speech/c.wav': 0.3,
    'dev_set/interference/train/Thunder/d.wav': 0.4,
    'dev_set/noise/train/e.wav': constantWav([0.1, 0.2, 0.3, 0.4]),
    'dev_set/room_ir/train/room.sofa': 'no audio',
  };

  test('labels events and interference by their folders', async () => {
    const path = await dataTree(files);
    const { clips } = await openLibrary({ kind: 'dcase2025', path });
    expect(clips).toEqual([
      { id: 'sound_event/train/AlarmClock/a.wav', label: 'AlarmClock', captions: ['alarm clock'] },
      { id: 'sound_event/train/Speech/p001/b.wav', label: 'Speech', captions: ['speech'] },
    ]);
    const other = await openLibrary({ kind: 'dcase2025', path: `${path}/dev_set`, part: 'interference' });
    expect(other.clips.map(({ id, label }) => [id, label])).toEqual([['interference/train/Thunder/d.wav', 'Thunder']]);
  });

  test('gives the four channels of its noise', async () => {
    const library = await openLibrary({ kind: 'dcase2025', path: await dataTree(files), part: 'noise' });
    const channels = await library.loadChannels!(library.clips[0]!, 8000);
    expect(channels.map((channel) => channel[0])).toEqual([0.1, 0.2, 0.3, 0.4].map(Math.fround));
    expect(library.clips[0]!.label).toBe('noise');
  });

  test('reports events in no folder of a class, and folders that are not there', async () => {
    const path = await dataTree({ 'sound_event/train/stray.wav': 0 });
    await expect(openLibrary({ kind: 'dcase2025', path })).rejects.toThrow('stray.wav: lies in no folder of a class');
    await expect(openLibrary({ kind: 'dcase2025', path, split: 'valid' })).rejects.toThrow(
      'no clips found; there should be sound_event/valid with a folder for each class',
    );
  });
});
