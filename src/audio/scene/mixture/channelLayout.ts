import type { PolarPattern } from '../room/pattern.ts';
import {
  abPair,
  ambisonicReceiver,
  type Microphone,
  ortfPair,
  type Placement,
  type Receiver,
  xyPair,
} from '../room/receiver.ts';
import { JsonFields } from './jsonFields.ts';

/**
 * What listens. `foa`: first-order ambisonics, AmbiX order W, Y, Z, X; `w`: its first channel; `stereo`: the ORTF pair;
 * `xy`, `ab`: coincident and spaced pairs; or microphones of one's own.
 */
export type ChannelLayout = LayoutName | { readonly microphones: readonly Microphone[] };

const names = ['foa', 'w', 'stereo', 'xy', 'ab'] as const;
type LayoutName = (typeof names)[number];

const patterns = ['omni', 'subcardioid', 'cardioid', 'supercardioid', 'hypercardioid', 'figure8'] as const;

export function layoutReceiver(layout: ChannelLayout, placement: Placement): Receiver {
  if (typeof layout !== 'string') return { ...placement, microphones: layout.microphones };
  if (layout === 'foa') return ambisonicReceiver(placement);
  if (layout === 'stereo') return ortfPair(placement);
  if (layout === 'xy') return xyPair(placement);
  if (layout === 'ab') return abPair(placement);
  return { ...placement, microphones: [{}] };
}

export function channelCount(layout: ChannelLayout): number {
  return layoutReceiver(layout, { position: [0, 0, 0] }).microphones.length;
}

/** Whether all microphones stand in one place: what they hear differs in level alone. */
export function isCoincident(layout: ChannelLayout): boolean {
  const { microphones } = layoutReceiver(layout, { position: [0, 0, 0] });
  return microphones.every(({ offset = [0, 0, 0] }) => offset.every((way) => way === 0));
}

/** @throws RangeError naming the field. */
export function readLayout(parent: JsonFields, name: string, standard?: ChannelLayout): ChannelLayout {
  const value = parent.value(name) ?? standard;
  if (typeof value !== 'object') return parent.choice(name, names, standard as LayoutName | undefined);
  const fields = new JsonFields(value, `${parent.where}: ${name}`);
  const microphones = fields.list('microphones').map((item, m) => {
    return readMicrophone(new JsonFields(item, `${fields.where}: microphones[${m}]`));
  });
  if (microphones.length === 0) throw new RangeError(`${fields.where}: microphones: must be at least one, got none`);
  fields.end();
  return { microphones };
}

function readMicrophone(fields: JsonFields): Microphone {
  const microphone = {
    ...(fields.has('offset') && { offset: fields.vector('offset', { least: -10, most: 10 }) }),
    ...(fields.has('pattern') && { pattern: readPattern(fields) }),
    ...(fields.has('direction') && { direction: readDirection(fields.fields('direction')) }),
  };
  fields.end();
  return microphone;
}

function readPattern(fields: JsonFields): PolarPattern {
  if (typeof fields.value('pattern') === 'number') return fields.number('pattern', { least: 0, most: 1 });
  return fields.choice('pattern', patterns);
}

function readDirection(fields: JsonFields) {
  const azimuth = fields.number('azimuth', { least: -360, most: 360 });
  const elevation = fields.number('elevation', { least: -90, most: 90 });
  fields.end();
  return { azimuth, elevation };
}
