// An OpenID provider on a loopback port: node provider.mjs SETTINGS.json, printing "listening URL" when it answers.
// Whoever enters a login name is that person, as with the library's own development pages.
import { readFileSync } from "node:fs";
import Provider from "oidc-provider";

const settings = JSON.parse(readFileSync(process.argv[2], "utf8"));
const issuer = `http://127.0.0.1:${settings.port}`;
const known = new Map(Object.entries(settings.people));

const provider = new Provider(issuer, {
  clients: settings.clients,
  jwks: { keys: settings.keys },
  cookies: { keys: [settings.cookie_key] },
  claims: { openid: ["sub", "groups"], email: ["email", "email_verified"], profile: ["name", "preferred_username"] },
  conformIdTokenClaims: false,
  enabledJWA: { idTokenSigningAlgValues: ["RS256", "PS256", "ES256", "EdDSA", "HS256"] },
  pkce: { required: () => true },
  features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
  ttl: { AccessToken: 600, AuthorizationCode: 60, IdToken: 600, Interaction: 600, Session: 600, Grant: 600 },
  async findAccount(_, id) {
    return { accountId: id, claims: async () => ({ sub: id, ...known.get(id) }) };
  },
});

for (const event of ["server_error", "grant.error", "authorization.error"]) {
  provider.on(event, (_, error) => console.log(event, error.message, error.error_description ?? ""));
}
provider.listen(settings.port, "127.0.0.1", () => console.log(`listening ${issuer}`));
