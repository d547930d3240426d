/** A true minus sign, which lines up with digits as a hyphen does not. */
const MINUS = '−';

/** `decimals` digits after the point; `none` for what is not a finite number. */
export function fixed(value: number, decimals: number, none = '–'): string {
  if (!Number.isFinite(value)) return none;
  const text = Math.abs(value).toFixed(decimals);
  return value < 0 && Number(text) !== 0 ? MINUS + text : text;
}

/** A number with its sign, also where it is positive. */
export function signed(value: number, decimals: number, none = '–'): string {
  const text = fixed(value, decimals, none);
  return Number.isFinite(value) && value >= 0 ? `+${text}` : text;
}

/** Mean ± standard deviation, as papers print it. */
export function meanWithSpread(mean: number, spread: number, decimals: number): string {
  return Number.isFinite(spread) ? `${fixed(mean, decimals)} ± ${fixed(spread, decimals)}` : fixed(mean, decimals);
}

/** Three significant digits without an exponent where it stays readable: 0.00125, 12.5, 20,000. */
export function compact(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  const size = Math.abs(value);
  const sign = value < 0 ? MINUS : '';
  if (size >= 1000) return sign + Math.round(size).toLocaleString('en');
  if (size >= 1e-4) return sign + String(Number(size.toPrecision(3)));
  const exponent = Math.floor(Math.log10(size));
  return `${sign}${Number((size / 10 ** exponent).toPrecision(3))}e${MINUS}${-exponent}`;
}

/** Hours, minutes and seconds: 3 h 05 min, 4 min 10 s, 12 s. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  if (hours > 0) return `${hours} h ${String(minutes).padStart(2, '0')} min`;
  return minutes > 0 ? `${minutes} min ${String(whole % 60).padStart(2, '0')} s` : `${whole} s`;
}
