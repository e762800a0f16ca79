/** What every `Store` promises of paired devices, and of telling what changed. */
import { describe, expect, test } from 'vitest';
import type { ProjectId } from '../../core/ids.ts';
import type { Device, StoreChange } from '../../ports/store.ts';
import { launch } from '../session-facts.ts';
import { APP, draftOf, projectFacts, WHY } from '../store-facts.ts';
import { code, type StoreBench } from './store-sessions.contract.ts';

export function deviceFacts(patch: Partial<Device> = {}): Device {
  return { id: 'd1', name: 'Firefox', secretHash: 'hash-1', createdAtMs: 1_000, lastSeenAtMs: 1_000, revokedAtMs: null, ...patch };
}

export function describeDeviceContract(bench: StoreBench): void {
  describe('devices', () => {
    test('a device is read back as it was written', () => {
      const device = deviceFacts({ name: 'Ä "phone"' });
      expect(bench.store.devices.insert(device)).toEqual(device);
      expect(bench.store.devices.get('d1')).toEqual(device);
      expect(bench.store.devices.get('nobody')).toBeNull();
      bench.store.devices.insert(deviceFacts({ id: 'd2', secretHash: 'hash-2' }));
      expect(bench.store.devices.list().map(({ id }) => id)).toEqual(['d1', 'd2']);
    });

    test('no two devices share an id or a secret', () => {
      bench.store.devices.insert(deviceFacts());
      expect(() => bench.store.devices.insert(deviceFacts({ secretHash: 'hash-2' }))).toThrow();
      expect(() => bench.store.devices.insert(deviceFacts({ id: 'd2' }))).toThrow();
      expect(() => bench.store.devices.insert(deviceFacts({ id: 'd2', secretHash: '' }))).toThrow();
      expect(bench.store.devices.list()).toEqual([deviceFacts()]);
    });

    test('being seen and being revoked are written, the first revocation for good', () => {
      bench.store.devices.insert(deviceFacts());
      expect(bench.store.devices.recordSeen('d1', 2_000)).toEqual(deviceFacts({ lastSeenAtMs: 2_000 }));
      expect(bench.store.devices.revoke('d1', 3_000).revokedAtMs).toBe(3_000);
      expect(bench.store.devices.revoke('d1', 4_000).revokedAtMs).toBe(3_000);
      expect(() => bench.store.devices.recordSeen('nobody', 1)).toThrow(code('DEVICE_NOT_FOUND'));
      expect(() => bench.store.devices.revoke('nobody', 1)).toThrow(code('DEVICE_NOT_FOUND'));
    });
  });

  describe('listeners', () => {
    test('hear of each change after it is written, in order, and of nothing that was refused', () => {
      const heard: StoreChange[] = [];
      const { store } = bench;
      const stop = store.onChange((change) => {
        // What they hear of stands already.
        if (change.kind === 'session') expect(store.sessions.get(change.id)).not.toBeNull();
        heard.push(change);
      });
      const { id } = store.sessions.insert(draftOf(), WHY);
      store.sessions.update(id, { title: 'another' }, WHY);
      store.sessions.beginLaunch(id, { launchId: launch(7), mode: 'fresh', tokenHash: 't7' }, {}, WHY);
      store.sessions.remove(id, WHY);
      store.projects.update(APP, { base: 'trunk' });
      expect(() => store.projects.insert(projectFacts())).toThrow(code('PROJECT_EXISTS'));
      expect(() => store.sessions.update(id, {}, WHY)).toThrow(code('SESSION_NOT_FOUND'));
      store.projects.insert(projectFacts({ id: 'other' as ProjectId }));
      store.projects.remove(APP);
      expect(heard).toEqual([
        { kind: 'session', id },
        { kind: 'session', id },
        { kind: 'session', id },
        { kind: 'session-removed', id },
        { kind: 'project', id: APP },
        { kind: 'project', id: 'other' },
        { kind: 'project-removed', id: APP },
      ]);
      stop();
      store.projects.update('other' as ProjectId, { base: 'x' });
      expect(heard).toHaveLength(7);
    });
  });
}
