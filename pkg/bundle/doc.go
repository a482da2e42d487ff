// Package bundle is the typed value that travels between the half of monctl
// that evaluates sources and the half that judges or ships what came out.
//
// A Bundle is the monitoring of one environment: a sorted list of Objects.
// An Object is known by its Ref, which never holds a source path, a revision
// or an environment, because it is an identity for ever: a rule group whose
// Ref changed would lose the state of its alerts. Its Body is a Blob of
// canonical bytes, known by their Hash. Its Origin leads from a JSON Pointer
// in the body to the source that made it; it stands outside the hash, since an
// edited comment must not reload a server.
//
// A Value is a document as it was written: unknown fields, number literals
// and scalars survive, which upstream's own types would drop, round or
// reinterpret. Canonical encodes it to the bytes that are hashed; EncodeYAML
// to what people read.
//
// A secret never stands in a bundle. A SecretRef stands in its place, a whole
// scalar of the form https://secret.invalid/<name>, which loaders accept as
// URL, key and password alike; Resolve replaces it, and its result, Resolved,
// has neither a marshaller nor a hash, so that it cannot be stored by mistake.
//
// The rendered tree is the bundle as files, with a manifest per folder that
// says which file came from which object.
//
// This package knows neither Prometheus nor Alertmanager.
package bundle
