import type { ServiceSpec } from '../spec/service.ts';
import { parseDecimalBytes } from './units.ts';
import type { Value } from './value.ts';

/** What a service keeps of its log that does not say. */
const unsaid = { maxSizeBytes: 10_000_000, maxFiles: 3 };

/** Reads `logging`: a file per container, rotated by size. Null is no limit, which has to be asked for. */
export function readLogging(value: Value): ServiceSpec['logging'] {
  value.refuseOtherThan(['driver', 'options']);
  const driver = value.get('driver');
  if (driver.there && driver.string() !== 'json-file') {
    driver.complain({ expected: 'json-file, which both runtimes have', fix: 'write driver: json-file' });
  }
  const options = value.get('options');
  options.refuseOtherThan(['max-size', 'max-file']);
  const maxSizeBytes = readMaxSize(options.get('max-size'));
  // a file that never ends is the only one
  return { maxSizeBytes, maxFiles: readMaxFile(options.get('max-file'), maxSizeBytes && unsaid.maxFiles) };
}

function readMaxSize(value: Value): number | null {
  if (!value.there) return unsaid.maxSizeBytes;
  if (value.string() === '-1') return null;
  const bytes = parseDecimalBytes(value.string());
  if (bytes) return bytes;
  value.complain({ expected: 'a size, as in 10m', fix: 'write a number and a unit: k, m or g' });
  return null;
}

function readMaxFile(value: Value, fallback: number | null): number | null {
  if (!value.there) return fallback;
  const files = Number(value.raw);
  if (Number.isInteger(files) && files >= 1) return files;
  value.complain({ expected: 'a whole number from 1', fix: 'write how many files to keep, as in 3' });
  return null;
}
