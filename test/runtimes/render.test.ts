import { spawnSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { render } from '../../runtimes/render.ts';
import { verbs } from '../../runtimes/runtime.ts';
import { runtimeNames } from '../../spec/service.ts';
import { expectGolden } from './golden.ts';
import { admin, contextOf, engine, everything, minimal, tunnel } from './services.ts';

describe.each(runtimeNames)('%s', (runtime) => {
  test.each([minimal, admin, engine, tunnel, everything])(
    'renders $name as it is kept in golden/',
    (spec) => {
      const context = contextOf(spec);
      const { files } = render(runtime, spec, context);
      const named = files.map((f): [string, string] => {
        expect(f.path.startsWith(`${context.directory}/`)).toBe(true);
        const name = f.path.slice(context.directory.length + 1).replaceAll('/', '_');
        return [name, `${f.mode} ${f.owner}\n${f.content}`];
      });
      expectGolden(`${runtime}/${spec.name}`, Object.fromEntries(named));
    },
  );

  test('renders every verb, executable by root only', () => {
    const { files } = render(runtime, minimal, contextOf(minimal));
    for (const verb of verbs) {
      expect(files).toContainEqual(
        expect.objectContaining({ path: expect.stringMatching(`/${verb}$`), mode: '0700', owner: 'root' }),
      );
    }
  });

  test('renders verbs that a shell understands', () => {
    for (const { path, content } of render(runtime, everything, contextOf(everything)).files) {
      if (!content.startsWith('#!/bin/sh\n')) continue;
      const { stderr, status } = spawnSync('sh', ['-n'], { input: content, encoding: 'utf8' });
      expect({ path, stderr, status }).toEqual({ path, stderr: '', status: 0 });
    }
  });

  test('is deterministic: the order of keys in a spec changes nothing', () => {
    const reversed = {
      ...admin,
      environment: Object.fromEntries(Object.entries(admin.environment).reverse()),
    };
    expect(render(runtime, reversed, contextOf(admin))).toEqual(render(runtime, admin, contextOf(admin)));
  });

  test('refuses all of what it cannot honour in one error', () => {
    const bad = { ...minimal, image: 'not an image', hostname: 'no host' };
    expect(() => render(runtime, bad, contextOf(minimal))).toThrow(
      /services\.plain\.image: "not an image".*\n.*services\.plain\.hostname: "no host"/,
    );
  });

  test('names what was not allocated', () => {
    const context = { ...contextOf(admin), volumes: {} };
    expect(() => render(runtime, admin, context)).toThrow(
      'directory of volume "admin-data" was not allocated',
    );
  });
});
