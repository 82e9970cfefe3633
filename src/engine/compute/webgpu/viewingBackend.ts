import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { readBack } from './readBack.ts';

/** tfjs's WebGPU backend that can also read back a tensor which is a part of a buffer (`bufferView`). */
export class ViewingBackend extends WebGPUBackend {
  override getBufferData(source: GPUBuffer | GPUBufferBinding): Promise<ArrayBuffer> {
    if (!('buffer' in source)) return super.getBufferData(source);
    this.endComputePassEncoder();
    this.ensureCommandEncoderReady();
    this.submitQueue();
    return readBack(this.device, [source]).then(([bytes]) => bytes);
  }
}
