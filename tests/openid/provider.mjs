// A certified OpenID provider (the npm package oidc-provider, as it is) on this machine, for the tests of signing in.
// Argument: JSON {port, redirect_uri, signed_out_uri, claims_in_id_token, people: {login: {claims}}}. It ends when its
// standard input does, so that it never outlives the test.
import { Provider } from 'oidc-provider'

const told = JSON.parse(process.argv[2])
const issuer = `http://127.0.0.1:${told.port}`

const provider = new Provider(issuer, {
  clients: [{
    client_id: 'throughcare',
    client_secret: 'only-for-tests',
    redirect_uris: [told.redirect_uri],
    post_logout_redirect_uris: [told.signed_out_uri]
  }],
  claims: { openid: ['sub'], email: ['email'], profile: ['name', 'roles'] },
  conformIdTokenClaims: !told.claims_in_id_token,
  pkce: { required: () => true },
  features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
  async loadExistingGrant (ctx) { // the council's own service: its people are not asked for consent
    const { client, session } = ctx.oidc
    const grant = new ctx.oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId })
    grant.addOIDCScope('openid email profile')
    await grant.save()
    return grant
  },
  cookies: { keys: ['only-for-tests'] },
  findAccount: (_, login) => told.people[login] && {
    accountId: login,
    claims: () => ({ sub: login, ...told.people[login] })
  }
})

provider.listen(told.port, '127.0.0.1', () => console.log('listening'))
process.stdin.resume()
process.stdin.on('end', () => process.exit(0))
