/** The WebGPU device: found, described, opened with the adapter's limits, and watched for errors and loss. */

export interface AdapterDescription {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  /** Computes on the CPU (SwiftShader, lavapipe, WARP): slower than wasm. */
  readonly isSoftware: boolean;
}

export interface DeviceLoss {
  readonly reason: string;
  readonly message: string;
}

const errorHandlers = new Set<(message: string) => void>();
const lossHandlers = new Set<(loss: DeviceLoss) => void>();
/** The device opened last. */
let inUse: GPUDevice | null = null;

/** Calls `handler` whenever the device in use is lost. Returns the function that unsubscribes. */
export function onDeviceLost(handler: (loss: DeviceLoss) => void): () => void {
  lossHandlers.add(handler);
  return () => lossHandlers.delete(handler);
}

/**
 * Calls `handler` for every uncaptured WebGPU error. None may be ignored: after one, results are stale memory.
 * Returns the function that unsubscribes.
 */
export function onGpuError(handler: (message: string) => void): () => void {
  errorHandlers.add(handler);
  return () => errorHandlers.delete(handler);
}

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|software|warp|basic render/i;

/** Describes an adapter in plain fields. */
export function describeAdapter(adapter: GPUAdapter): AdapterDescription {
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info;
  const isSoftware =
    isFallbackAdapter || SOFTWARE.test([vendor, architecture, device, description].join(' '));
  return { vendor, architecture, device, description, isSoftware };
}

const softwareDevices = new WeakSet<GPUDevice>();

/** Was the device opened on an adapter that computes on the CPU? Kernels then hold more in registers. */
export function isSoftwareDevice(device: GPUDevice): boolean {
  return softwareDevices.has(device);
}

const LIMITS = [
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxBufferSize',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
] as const;
const FEATURES = ['shader-f16', 'subgroups', 'timestamp-query'] as const;

/** A device with the adapter's limits, whose errors reach `onGpuError` and whose end `onDeviceLost`. */
export async function openDevice(adapter: GPUAdapter): Promise<GPUDevice> {
  const device = await adapter.requestDevice({
    requiredFeatures: FEATURES.filter((feature) => adapter.features.has(feature)),
    requiredLimits: Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]])),
  });
  if (describeAdapter(adapter).isSoftware) softwareDevices.add(device);
  device.addEventListener('uncapturederror', (event) => {
    const { message } = event.error;
    if (errorHandlers.size === 0) console.error(`WebGPU: ${message}`);
    for (const handler of errorHandlers) handler(message);
  });
  inUse = device;
  void device.lost.then(({ reason, message }) => {
    if (device !== inUse) return;
    for (const handler of lossHandlers) handler({ reason, message });
  });
  return device;
}
