/** Settings as they came: what was not given is absent, not `undefined`. */
import type { ProjectSettings } from '../../../ports/app-services.ts';

type Loose = { readonly [Key in keyof ProjectSettings]: ProjectSettings[Key] | undefined };

export function givenSettings(loose: Loose): ProjectSettings {
  return Object.fromEntries(Object.entries(loose).filter(([, value]) => value !== undefined)) as ProjectSettings;
}
