/**
 * A software GPU for WebGPU in Node on Linux: Chromium ships SwiftShader, a Vulkan driver that runs on the
 * CPU, and the Vulkan loader it needs. Other systems bring their own (Metal, Direct3D).
 */
import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { chromiumCandidates } from './chromium.mjs';
import { root } from './packages.mjs';

const loader = 'libvulkan.so.1';

/** Folder of an installed Chromium that holds SwiftShader, or null. */
function swiftShaderFolder() {
  const folders = chromiumCandidates().map((file) => dirname(realpathSync(file)));
  // Distributions start Chromium by a script that lies elsewhere.
  const packaged = ['/usr/lib/chromium', '/usr/lib64/chromium-browser', '/usr/lib/chromium-browser'];
  return (
    [...folders, ...packaged].find((folder) => existsSync(join(folder, 'vk_swiftshader_icd.json'))) ?? null
  );
}

/** Is the Vulkan loader installed in the system? */
function systemHasLoader() {
  for (const ldconfig of ['ldconfig', '/sbin/ldconfig']) {
    const { status, stdout } = spawnSync(ldconfig, ['-p'], { encoding: 'utf8' });
    if (status === 0) return stdout.includes(loader);
  }
  return false;
}

/**
 * Makes SwiftShader known to the Vulkan loader of this process and its children, unless a driver was chosen
 * already. Where the system has no loader, Chromium's is linked beside Dawn, which looks there first.
 * @param {'VK_ICD_FILENAMES' | 'VK_ADD_DRIVER_FILES'} variable the only driver, or one more
 */
export function offerSoftwareVulkan(variable) {
  if (process.platform !== 'linux') return;
  const { VK_ICD_FILENAMES, VK_DRIVER_FILES, VK_ADD_DRIVER_FILES } = process.env;
  const folder = swiftShaderFolder();
  if (!folder) return;
  if (!VK_ICD_FILENAMES && !VK_DRIVER_FILES && !VK_ADD_DRIVER_FILES) {
    process.env[variable] = join(folder, 'vk_swiftshader_icd.json');
  }
  const dawn = join(root, 'node_modules', 'webgpu', 'dist', `linux-${process.arch}`);
  const link = join(dawn, loader);
  if (existsSync(link) || !existsSync(dawn) || !existsSync(join(folder, loader)) || systemHasLoader()) return;
  try {
    // A link to a Chromium that has gone exists no more, but is in the way.
    rmSync(link, { force: true });
    symlinkSync(join(folder, loader), link);
  } catch (error) {
    // Another process may have made it in this moment.
    if (!existsSync(link)) throw error;
  }
}
