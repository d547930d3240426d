// The public surface: re-exports only.

// Audio
export { type AmbisonicFormat, ambiX, convertAmbisonics, fuMa } from './audio/ambisonicFormat.ts';
export * from './audio/ambisonics.ts';
export { directSoundDirection } from './audio/impulseResponses/directSoundDirection.ts';
export type { MeasuredResponse, MeasuredRoom, SourcePosition } from './audio/impulseResponses/measuredRoom.ts';
export { readMeasuredRoom } from './audio/impulseResponses/readMeasuredRoom.ts';
export { ResponseFileError } from './audio/impulseResponses/responseFileError.ts';
export { readResponseFolder } from './audio/impulseResponses/responseFolder.ts';
export { openSofa, readSofa, type SofaOptions, SofaReader } from './audio/impulseResponses/sofa.ts';
export { AudioFileError } from './audio/library/audioFileError.ts';
export { type ClipEntry, type ClipLibrary, openLibrary } from './audio/library/clipLibrary.ts';
export type { LibraryConfig } from './audio/library/libraryConfig.ts';
export { LibraryError } from './audio/library/libraryError.ts';
export { type DecodedAudio, readAudio } from './audio/library/readAudio.ts';
export { melFilterBank } from './audio/mel.ts';
export { bssEvalSdr, siSdr, snr } from './audio/metrics/separationMetrics.ts';
export { spectrogramPicture } from './audio/picture/spectrogramPicture.ts';
export { Resampler } from './audio/resample/resampler.ts';
export { resampleSignal } from './audio/resample/resampleSignal.ts';
export { mixScene, sampleScene } from './audio/scene/anechoicScene.ts';
export { MixtureCache } from './audio/scene/mixture/mixtureCache.ts';
export { type MixtureConfig, mixtureConfig } from './audio/scene/mixture/mixtureConfig.ts';
export { type MixtureRecord, mixtureRecord } from './audio/scene/mixture/mixtureRecord.ts';
export { planMixture } from './audio/scene/mixture/planMixture.ts';
export { type RenderedMixture, type RenderOptions, renderMixture } from './audio/scene/mixture/renderMixture.ts';
export { type DiffuseNoiseOptions, diffuseNoise } from './audio/scene/noise/diffuseNoise.ts';
export type { NoiseColor } from './audio/scene/noise/noiseSpectrum.ts';
export { type SpreadOptions, spreadDiffuse } from './audio/scene/noise/spreadDiffuse.ts';
export { RandomStream } from './audio/scene/random.ts';
export { convolveResponse } from './audio/scene/room/convolveResponse.ts';
export { decayTime, energyDecay } from './audio/scene/room/decayTime.ts';
export {
  type AmbisonicReceiver,
  abPair,
  ambisonicReceiver,
  type Microphone,
  ortfPair,
  type Receiver,
  xyPair,
} from './audio/scene/room/receiver.ts';
export type { RoomOptions, RoomSource } from './audio/scene/room/roomOptions.ts';
export { type RoomResponse, simulateRoom } from './audio/scene/room/simulateRoom.ts';
export { splitEarly } from './audio/scene/room/splitEarly.ts';
export { axisSwaps, type Matrix3, rotationMatrix } from './audio/soundFieldRotation.ts';
export {
  type SoundClass,
  type SoundClip,
  type SoundOptions,
  soundClass,
  soundClasses,
} from './audio/sounds/soundClasses.ts';
export { bsast32k, clap48k, type StftSettings, stftSettings } from './audio/stftSettings.ts';
export { openWav, readWav, type WavAudio, type WavReader } from './audio/wav/readWav.ts';
export { WavError } from './audio/wav/wavError.ts';
export { createWav, encodeWav, type WavOptions, type WavWriter, writeWav } from './audio/wav/writeWav.ts';
// Element-wise
export { dropout } from './kernels/activation/dropout.ts';
export { elu } from './kernels/activation/elu.ts';
export { gelu } from './kernels/activation/gelu.ts';
export { glu } from './kernels/activation/glu.ts';
export { leakyRelu } from './kernels/activation/leakyRelu.ts';
export { silu } from './kernels/activation/silu.ts';
export { softplus } from './kernels/activation/softplus.ts';
// Products, norms, attention
export { axialAttention } from './kernels/attention/axialAttention.ts';
export { rotaryEmbedding } from './kernels/attention/rotaryEmbedding.ts';
export { scaledDotProductAttention } from './kernels/attention/scaledDotProductAttention.ts';
// Spectra
export { complexMul } from './kernels/complex/complexMul.ts';
export { complexAbs2, magnitude, phase } from './kernels/complex/polar.ts';
// Convolution, pooling, indexing, views
export { conv1d } from './kernels/convolution/conv1d.ts';
export { conv2d } from './kernels/convolution/conv2d.ts';
export { convTranspose2d } from './kernels/convolution/convTranspose2d.ts';
export { add, atan2, div, maximum, minimum, mul, sub } from './kernels/elementwise/binary.ts';
export { cast } from './kernels/elementwise/cast.ts';
export { clamp } from './kernels/elementwise/clamp.ts';
export {
  equal,
  greater,
  greaterEqual,
  less,
  lessEqual,
  logicalAnd,
  logicalNot,
  logicalOr,
  notEqual,
} from './kernels/elementwise/compare.ts';
export { pow } from './kernels/elementwise/pow.ts';
export {
  abs,
  ceil,
  cos,
  erf,
  exp,
  expm1,
  floor,
  log,
  log1p,
  neg,
  reciprocal,
  relu,
  round,
  rsqrt,
  sigmoid,
  sign,
  sin,
  sqrt,
  square,
  tanh,
} from './kernels/elementwise/unary.ts';
export { where } from './kernels/elementwise/where.ts';
export { type FftConvolveOptions, fftConvolve } from './kernels/fourier/fftConvolve.ts';
export { irfft } from './kernels/fourier/irfft.ts';
export { type IstftOptions, istft } from './kernels/fourier/istft.ts';
export { logMelSpectrogram, melSpectrogram } from './kernels/fourier/melSpectrogram.ts';
export { powerToDb } from './kernels/fourier/powerToDb.ts';
export { rfft } from './kernels/fourier/rfft.ts';
export { type StftOptions, stft } from './kernels/fourier/stft.ts';
export { concat } from './kernels/indexing/concat.ts';
export { contiguous } from './kernels/indexing/contiguous.ts';
export { embedding } from './kernels/indexing/embedding.ts';
export { flip } from './kernels/indexing/flip.ts';
export { gather } from './kernels/indexing/gather.ts';
export { pad } from './kernels/indexing/pad.ts';
export { roll } from './kernels/indexing/roll.ts';
export { scatterAdd } from './kernels/indexing/scatterAdd.ts';
export { stack } from './kernels/indexing/stack.ts';
// Reductions, softmax, losses
export { infoNce } from './kernels/loss/infoNce.ts';
export { l1Loss } from './kernels/loss/l1Loss.ts';
export { mseLoss } from './kernels/loss/mseLoss.ts';
export { linear } from './kernels/matmul/linear.ts';
export { matmul } from './kernels/matmul/matmul.ts';
export { batchNorm } from './kernels/norm/batchNorm.ts';
export { film } from './kernels/norm/film.ts';
export { groupNorm } from './kernels/norm/groupNorm.ts';
export { layerNorm } from './kernels/norm/layerNorm.ts';
export { rmsNorm } from './kernels/norm/rmsNorm.ts';
export { avgPool2d } from './kernels/pooling/avgPool2d.ts';
export { interpolate } from './kernels/pooling/interpolate.ts';
export { maxPool2d } from './kernels/pooling/maxPool2d.ts';
export { gru } from './kernels/recurrent/gru.ts';
export { argmax, argmin } from './kernels/reduce/argExtremum.ts';
export { cumsum } from './kernels/reduce/cumsum.ts';
export { max, min } from './kernels/reduce/extremum.ts';
export { logSumExp } from './kernels/reduce/logSumExp.ts';
export { mean } from './kernels/reduce/mean.ts';
export { sum } from './kernels/reduce/sum.ts';
export { variance } from './kernels/reduce/variance.ts';
export type { ResampleOptions } from './kernels/resample/polyphaseFilter.ts';
export { resample } from './kernels/resample/resample.ts';
export { crossEntropy } from './kernels/softmax/crossEntropy.ts';
export { logSoftmax } from './kernels/softmax/logSoftmax.ts';
export { softmax } from './kernels/softmax/softmax.ts';
export { expand } from './kernels/view/expand.ts';
export { permute, transpose } from './kernels/view/permute.ts';
export { reshape } from './kernels/view/reshape.ts';
export { slice } from './kernels/view/slice.ts';
export { squeeze, unsqueeze } from './kernels/view/squeeze.ts';
// Models
export { AudioTextEncoder, type AudioTextEncoderConfig } from './models/audioTextEncoder/audioTextEncoder.ts';
export { loadAudioTextEncoder, saveAudioTextEncoder } from './models/audioTextEncoder/audioTextEncoderFile.ts';
export { Bsast } from './models/bsast/bsast.ts';
export { type BsastConfig, type BsastMode, bandPresets, barkBands, bsastBase } from './models/bsast/config.ts';
export { separationLoss } from './models/bsast/loss.ts';
export type { ExtractionModel } from './models/extraction/extractionModel.ts';
export {
  type ExtractionLatency,
  type ExtractStreamOptions,
  extractionLatency,
  extractStream,
} from './models/extraction/extractStream.ts';
export { MixtureError } from './models/extraction/mixtureError.ts';
export { type SeparateOptions, type Separation, separate } from './models/extraction/separate.ts';
export { ModelFileError } from './models/modelFile.ts';
export type { QueryEmbedder } from './models/queryEmbedder.ts';
export { QuerySeparator, type QuerySeparatorConfig } from './models/querySeparator.ts';
export { loadQuerySeparator, saveQuerySeparator } from './models/querySeparatorFile.ts';
// Modules and training
export { AxialAttention } from './nn/axialAttention.ts';
export { BandEstimator } from './nn/bandEstimator.ts';
export { BandSplit } from './nn/bandSplit.ts';
export { BatchNorm } from './nn/batchNorm.ts';
export { Conv1d, Conv2d, ConvTranspose2d } from './nn/conv.ts';
export { Dropout } from './nn/dropout.ts';
export { Embedding } from './nn/embedding.ts';
export { FeedForward } from './nn/feedForward.ts';
export { Film } from './nn/film.ts';
export { GroupNorm } from './nn/groupNorm.ts';
export {
  kaimingUniform,
  normal,
  truncatedNormal,
  uniform,
  xavierUniform,
} from './nn/initialize.ts';
export { LayerNorm } from './nn/layerNorm.ts';
export { Linear } from './nn/linear.ts';
export { Module, type StateDict, StateDictError } from './nn/module.ts';
export { AdamW } from './nn/optimizer/adamW.ts';
export { clipGradNorm } from './nn/optimizer/clipGradNorm.ts';
export { Ema } from './nn/optimizer/ema.ts';
export { SGD } from './nn/optimizer/sgd.ts';
export { PackedParameter } from './nn/packedParameter.ts';
export { buffer, parameter } from './nn/parameter.ts';
export { RmsNorm } from './nn/rmsNorm.ts';
export { cosineSchedule, linearWarmup, type Schedule } from './nn/schedule.ts';
export { SelfAttention } from './nn/selfAttention.ts';
export { type Layer, Sequential } from './nn/sequential.ts';
// Tensors
export { arange, full, ones, tensor, zeros } from './tensor/create.ts';
// Device and engine
export { checkpoint } from './tensor/engine/checkpoint.ts';
export { Device, type DeviceKind, type MemoryReport } from './tensor/engine/device/device.ts';
export { defaultDevice, type InitOptions, init, shutdown } from './tensor/engine/device/init.ts';
export { memory } from './tensor/engine/device/memory.ts';
export type { DType } from './tensor/engine/dtype.ts';
export {
  DeviceError,
  DeviceLostError,
  DisposedError,
  DTypeError,
  GradientError,
  KernelError,
  OutOfMemoryError,
  ShapeError,
} from './tensor/engine/errors.ts';
export {
  type BufferType,
  defineKernel,
  type Grid,
  type Kernel,
  type KernelSpec,
  type ParamType,
} from './tensor/engine/kernel.ts';
export { defineOp, type Op, type OpSpec } from './tensor/engine/op.ts';
export { type KernelTime, type Profile, profile } from './tensor/engine/profiler.ts';
export { type Recording, record } from './tensor/engine/record.ts';
export { keep, reportLeaks, tidy } from './tensor/engine/scope.ts';
export type { Shape } from './tensor/engine/shape.ts';
export { noGrad } from './tensor/engine/tape.ts';
export { applyChoices, choose, tune } from './tensor/engine/tuner.ts';
export { warmup } from './tensor/engine/warmup.ts';
export { loadNpz, loadSafetensors, saveNpz, saveSafetensors } from './tensor/load.ts';
export { manualSeed, rand, randn, randomState, setRandomState } from './tensor/random.ts';
export { Tensor } from './tensor/tensor.ts';
// Training data
export type { BatchSource } from './train/data/batchSource.ts';
export {
  fixedSeparationData,
  openSeparationData,
  type SeparationBatch,
  type SeparationDataOptions,
} from './train/data/separationData.ts';
// Evaluation and reports
export { compareEvaluations, type PairedDifference } from './train/evaluate/compareEvaluations.ts';
export { type EvaluateOptions, evaluateModel } from './train/evaluate/evaluateModel.ts';
export { type EvaluationConfig, evaluationConfig } from './train/evaluate/evaluationConfig.ts';
export { type Evaluation, parseEvaluation } from './train/evaluate/evaluationFile.ts';
export type { EvaluationRow } from './train/evaluate/evaluationRow.ts';
export type { EvaluationExample, EvaluationSet } from './train/evaluate/evaluationSet.ts';
export { type FindingCondition, findingsTable } from './train/evaluate/findingsTable.ts';
export { type QueryKind, type QueryModel, queryModel } from './train/evaluate/queryModel.ts';
export { openEvaluationSet, runEvaluation } from './train/evaluate/runEvaluation.ts';
export { writeEvaluations } from './train/evaluate/writeEvaluations.ts';
// Processes that train together
export type { Communicator } from './train/mpi/communicator.ts';
export { MpiError, MpiUnavailableError } from './train/mpi/mpiErrors.ts';
export { openCommunicator } from './train/mpi/openCommunicator.ts';
export { extractionPage } from './train/report/extractionPage.ts';
export { writeTrainingReport } from './train/report/writeTrainingReport.ts';
