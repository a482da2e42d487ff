// Package auth decides which requests the server answers.
//
// Whoever may reach the server may use it: there are no accounts yet. So it
// listens on loopback unless told otherwise (CheckListen), and Guard keeps out
// of it what a web page in a browser on the same machine could send there:
//
//   - A request that changes something must not come from a page of another
//     origin (cross-site request forgery).
//   - On loopback the Host must be a name of this machine, since a page may
//     point a name of its own at 127.0.0.1 (DNS rebinding).
//   - No page of another origin may read an answer, whatever the embedded
//     APIs would allow (CORS).
//
// An Authenticator says who sends a request. Anonymous lets everybody in as
// nobody; bearer tokens with roles (viewer, operator, deployer), TLS and basic
// authentication take its place in a later version, and the server refuses
// nothing by role until then.
package auth
