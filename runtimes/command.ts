import type { ServiceSpec } from '../spec/service.ts';

/** The image's ENTRYPOINT is replaced by these words; an empty list clears it, which engines are told by an empty word. */
export function entrypointWords({ entrypoint }: ServiceSpec): string[] | null {
  return entrypoint?.length === 0 ? [''] : entrypoint;
}

/** The image's CMD is replaced by these words; no engine can clear it, so an empty list keeps it, as in Docker. */
export function commandWords({ command }: ServiceSpec): string[] | null {
  return command?.length === 0 ? null : command;
}
