export { powerOfTwo, RealFft } from '../../fourier/realFft.ts';
