import { Attribution } from './attribution.ts';
import { Hosts } from './hosts.ts';
import { images } from './images.ts';
import { instance } from './instance.ts';
import { proxy } from './proxy.ts';
import type { Resource } from './resource.ts';
import type { ResourceOperations } from './rpc/resourceProvider.ts';
import { setup } from './setup.ts';
import { slot } from './slot.ts';
import { volume } from './volume.ts';

const resources: Record<string, Resource> = {
  'containerhost:index:Images': images,
  'containerhost:index:Instance': instance,
  'containerhost:index:Proxy': proxy,
  'containerhost:index:Setup': setup,
  'containerhost:index:Slot': slot,
  'containerhost:index:Volume': volume,
};

/** The provider `containerhost`: what runs on a host, over SSH. */
export function containerhost(hosts: Hosts = new Hosts()): ResourceOperations {
  const of = (type: string): Resource => {
    const found = resources[type];
    if (!found) {
      throw new Error(
        `"${type}" is no resource of this provider, expected one of ${Object.keys(resources).join(', ')}`,
      );
    }
    return found;
  };
  const attribution = new Attribution();
  return {
    check: (type, req) => of(type).check(req),
    diff: (type, req) => {
      attribution.compared(of(type), req);
      return of(type).diff(req);
    },
    preview: (type, req) => {
      attribution.tell(of(type), req);
      return of(type).preview?.(req, hosts) ?? {};
    },
    create: (type, req) => of(type).create(req, hosts),
    read: (type, req) => of(type).read(req, hosts),
    update: (type, req) => {
      const { update } = of(type);
      if (!update) throw new Error(`"${type}" is never updated: every change replaces it`);
      return update(req, hosts);
    },
    delete: (type, req) => of(type).delete(req, hosts),
  };
}
