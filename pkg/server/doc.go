// Package server is the bundled server: Prometheus and Alertmanager in one
// process, fed by revisions, behind one listener.
//
// A Server owns a data directory. It is composed of a store of revisions
// (pkg/revision), a metrics engine (server/prom), an alerting engine
// (server/am), what lets requests in (server/auth) and a page (server/web).
// Alerts go from one engine to the other in process.
//
// # Activation
//
// To activate a revision is to have everything run as it says, or nothing:
//
//  1. resolve its secrets and validate it;
//  2. if its files differ from those laid out, try all of it on a staged copy
//     of them, then lay them out, where they have the same paths for ever;
//  3. prepare both engines, which builds everything and touches nothing;
//  4. store its manifest;
//  5. commit: alerting first, so that it is there when the first alert comes,
//     then metrics, its rules last;
//  6. write the active pointer;
//  7. remove the files that are not needed any more.
//
// What fails before the first commit leaves everything as it was; what fails
// after it takes the engines and files back to the revision before. An
// activation is over when the pointer is on disk: a process that is killed
// before that starts with the revision before, one that is killed after it
// with the new one, and either lays its files out anew.
//
// A bundle without a prometheus object scrapes nothing; one without an
// alertmanager object shows alerts and notifies nobody.
//
// # Secrets
//
// Placeholders are replaced by values at activation, in memory. Values are
// never stored, logged or answered: what the engines say about a resolved
// configuration is stripped of them. A secret without a value is refused
// ("secret/unresolved") or, if Options.HoldBack is set, keeps its placeholder,
// and what would use it is held back.
package server
