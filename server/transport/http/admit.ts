/**
 * The first gate of every request, upgrades included: Host, Origin, and the gateway's word if there is one. Credentials come
 * after it. What is allowed is handed in.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { GATEWAY_HEADER } from '../../contract/device.ts';
import type { AccessDecision, AccessRequest } from '../../core/access/access.ts';
import type { Visit, VisitRequest } from '../../core/access/visit.ts';
import { AppError } from '../../core/errors.ts';
import type { Log } from '../../ports/log.ts';
import { rawHeaderValues } from './principal.ts';
import { sendError, unauthenticated } from './respond.ts';

export type AdmitDeps = {
  /** `core/access`, with the policy of the configuration and the port that was got. */
  readonly decideAccess: (request: AccessRequest, ownPort: number) => AccessDecision;
  readonly readVisit: (request: VisitRequest) => Visit | 'forged';
  readonly log: Log;
};

export type Refusal = { readonly status: number; readonly error: AppError };
export type Admission = { readonly visit: Visit; readonly path: string };

export function admit(req: IncomingMessage, ownPort: number, deps: AdmitDeps): Admission | Refusal {
  const target = req.url ?? '';
  const hosts = rawHeaderValues(req, 'host');
  const origins = rawHeaderValues(req, 'origin');
  const access = deps.decideAccess({ target, hosts, origins }, ownPort);
  if (access.kind === 'refused') {
    deps.log.debug({ by: access.by, why: access.why }, 'A request was refused');
    return refuseAccess(access);
  }
  const visit = deps.readVisit({ gatewayHeaders: rawHeaderValues(req, GATEWAY_HEADER), host: hosts[0] ?? '', origins });
  if (visit === 'forged') {
    deps.log.warn({}, 'A request with a gateway header that is not ours was refused');
    return { status: 401, error: unauthenticated(`The header ${GATEWAY_HEADER} was not made by this installation's gateway just now`) };
  }
  return { visit, path: target.split(/[?#]/, 1)[0] ?? '' };
}

function refuseAccess(access: Extract<AccessDecision, { kind: 'refused' }>): Refusal {
  const [status, code, variable] =
    access.by === 'host' ? ([421, 'HOST_REFUSED', 'AO_ALLOWED_HOSTS'] as const) : ([403, 'ORIGIN_REFUSED', 'AO_ALLOWED_ORIGINS'] as const);
  const hint = `If it is yours, add it to ${variable} and restart: \`ao stop && ao start\`.`;
  return { status, error: new AppError({ code, message: `The request is refused: ${access.why}.`, hint }) };
}

/** The rest of such a request is not worth reading. */
export function sendRefusal(res: ServerResponse, { status, error }: Refusal): void {
  res.setHeader('connection', 'close');
  if (status === 401) res.setHeader('www-authenticate', 'Bearer');
  sendError(res, status, error);
}
