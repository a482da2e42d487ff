// Package api is the server's own HTTP interface, below /api/monctl/v1: the
// types that travel, what they must look like, and a client.
//
//	GET  status                       what runs and whether it has settled
//	GET  revisions                    what was deployed, and the activations
//	POST revisions                    deploy: a Manifest, guarded by If-Match
//	GET  revisions/{id}               one revision with its objects
//	POST revisions/{id}/activate      roll back, guarded as well
//	GET  blobs/{sha256}               a body
//	PUT  blobs/{sha256}               a body, checked against its hash
//	GET  notifications                the last attempts to notify
//	GET  dashboards                   the dashboards of the active revision
//	GET  dashboards/{folder}/{uid}    one of them, as Grafana reads it
//
// A bundle travels by content. A client posts the manifest: references and
// hashes, no paths and no secrets. The server answers which bodies it does not
// have; the client puts those and posts again, and the server validates and
// activates all of it, or answers 422 with diagnostics and changes nothing.
// So an edit sends one body.
//
// Whoever changes something says what it was based on: If-Match with the
// active revision in quotes, or If-None-Match: * for a server without one. If
// something else is active by now, the answer is 409 and names it. Without
// either header the change is unconditional.
//
// {id} may be shortened to at least four digits as long as it is unique; the
// folder of a dashboard is escaped as one path segment, and the folder "" is
// written "-".
//
// Every document has a format_version; fields are added, never changed. The
// server refuses fields it does not know, so that a misspelt one is not taken
// for an absent one; the client accepts them.
package api
