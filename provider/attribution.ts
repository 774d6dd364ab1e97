import { type Change, changesText, programChanges } from './change.ts';
import type { Resource } from './resource.ts';
import type { DiffRequest, PreviewRequest } from './rpc/resourceProvider.ts';

/**
 * Says in a preview what the program changes, and how that comes about. What somebody changed on the host, each
 * resource says when it is read.
 *
 * The engine asks for a difference more than once: a refresh compares with what is stored, then the program is
 * compared with what was found. The last one before the preview of an update is the one that counts.
 */
export class Attribution {
  /** by URN. Of most resources nobody asks: nothing differs */
  readonly #changes = new Map<string, () => Change[]>();

  compared({ applied }: Resource, req: DiffRequest): void {
    if (applied) this.#changes.set(req.urn, () => programChanges(applied(req), req.news));
  }

  tell({ outcome }: Resource, { urn, name, news, log }: PreviewRequest): void {
    const changes = this.#changes.get(urn)?.() ?? [];
    this.#changes.delete(urn);
    if (changes.length === 0 || !outcome) return;
    log('info', changesText(`${name} is to be what you declared:`, changes, outcome(news)));
  }
}
