package api

import (
	"encoding/json"
	"time"

	"github.com/monctl/monctl/pkg/bundle"
	"github.com/monctl/monctl/pkg/diag"
)

// FormatVersion is of every document of this version of the interface.
const FormatVersion = 1

// Prefix is the path below which the interface stands.
const Prefix = "/api/monctl/v1"

// What a server accepts at most.
const (
	// MaxManifestBytes bounds a JSON document that is posted.
	MaxManifestBytes = 32 << 20
	// MaxBlobBytes bounds a body.
	MaxBlobBytes = 16 << 20
	// MaxObjects bounds the objects of a revision.
	MaxObjects = 100_000
)

// Object is one object of a revision.
type Object struct {
	Ref  bundle.Ref  `json:"ref"`
	Hash bundle.Hash `json:"hash"`
}

// Manifest is what is posted to deploy a bundle.
type Manifest struct {
	FormatVersion int      `json:"format_version"`
	Environment   string   `json:"environment"`
	Author        string   `json:"author,omitempty"`
	Message       string   `json:"message,omitempty"`
	Commit        string   `json:"commit,omitempty"`
	Objects       []Object `json:"objects"`
}

// ActivateRequest is what is posted to activate a revision again.
type ActivateRequest struct {
	FormatVersion int    `json:"format_version"`
	Author        string `json:"author,omitempty"`
	Message       string `json:"message,omitempty"`
}

// Result is the answer to both.
type Result struct {
	FormatVersion int `json:"format_version"`
	// Missing are the bodies to put before posting again. If there are any,
	// nothing was done and nothing else is set.
	Missing []bundle.Hash `json:"missing,omitempty"`
	// Activation is the active one now.
	Activation *Activation `json:"activation,omitempty"`
	// Unchanged says that it was the active one before.
	Unchanged bool `json:"unchanged,omitempty"`
	// Diagnostics are warnings about what was activated.
	Diagnostics diag.List `json:"diagnostics,omitempty"`
}

// Activation is the moment at which a revision began to run.
type Activation struct {
	Time        time.Time   `json:"time"`
	Revision    bundle.Hash `json:"revision"`
	Environment string      `json:"environment"`
	By          string      `json:"by,omitempty"`
	Message     string      `json:"message,omitempty"`
	// Reason is "deploy" or "rollback".
	Reason string `json:"reason"`
}

// Revision describes a stored revision.
type Revision struct {
	ID          bundle.Hash `json:"revision"`
	Environment string      `json:"environment"`
	Author      string      `json:"author,omitempty"`
	Message     string      `json:"message,omitempty"`
	Commit      string      `json:"commit,omitempty"`
	Created     time.Time   `json:"created"`
	// Validated says that the server found no error in it.
	Validated bool `json:"validated"`
	Active    bool `json:"active,omitempty"`
	// Count is the number of objects.
	Count int `json:"count"`
	// Objects are set where one revision is asked for.
	Objects []Object `json:"objects,omitempty"`
}

// Revisions lists what is stored and when it ran, newest first.
type Revisions struct {
	FormatVersion int          `json:"format_version"`
	Revisions     []Revision   `json:"revisions"`
	Activations   []Activation `json:"activations"`
}

// RevisionAnswer is one revision.
type RevisionAnswer struct {
	FormatVersion int `json:"format_version"`
	Revision
}

// Status says what runs.
type Status struct {
	FormatVersion int    `json:"format_version"`
	Version       string `json:"version"`
	// VersionCommit is the commit that the server was built of.
	VersionCommit string    `json:"version_commit,omitempty"`
	GoVersion     string    `json:"go_version"`
	Started       time.Time `json:"started"`
	UptimeSeconds float64   `json:"uptime_seconds"`
	// Activation is the active one, nil before the first.
	Activation *Activation `json:"activation,omitempty"`
	// Objects counts the active objects by kind.
	Objects map[bundle.Kind]int `json:"objects"`
	// UnresolvedSecrets are the names of the secrets without a value, sorted.
	UnresolvedSecrets []string `json:"unresolved_secrets"`
	// HeldBack are the places that use them.
	HeldBack []SecretUse `json:"held_back"`
	// Settled says that every target was scraped, and every rule group
	// evaluated, at least once since the active revision changed it; Waiting
	// says what is missing.
	Settled bool   `json:"settled"`
	Waiting string `json:"waiting,omitempty"`
}

// SecretUse is a place in an object that uses a secret without a value.
type SecretUse struct {
	Secret  string     `json:"secret"`
	Object  bundle.Ref `json:"object"`
	Pointer string     `json:"pointer"`
}

// Notification is one attempt to notify.
type Notification struct {
	Time            time.Time         `json:"time"`
	DurationSeconds float64           `json:"duration_seconds"`
	Receiver        string            `json:"receiver"`
	Integration     string            `json:"integration"`
	Index           int               `json:"index"`
	GroupKey        string            `json:"group_key"`
	GroupLabels     map[string]string `json:"group_labels"`
	// Reason is why the group was notified about now, in Alertmanager's words.
	Reason   string              `json:"reason,omitempty"`
	Firing   []map[string]string `json:"firing,omitempty"`
	Resolved []map[string]string `json:"resolved,omitempty"`
	// Outcome is "sent", "failed" or "held_back".
	Outcome string `json:"outcome"`
	Error   string `json:"error,omitempty"`
	// Secret is the one without a value, if the outcome is "held_back".
	Secret string `json:"secret,omitempty"`
}

// Notifications lists the last attempts, newest first.
type Notifications struct {
	FormatVersion int            `json:"format_version"`
	Notifications []Notification `json:"notifications"`
}

// Dashboard names a dashboard.
type Dashboard struct {
	Folder string `json:"folder"`
	UID    string `json:"uid"`
	Title  string `json:"title"`
	// Path is where its JSON is, relative to the server's address.
	Path string `json:"path"`
}

// Dashboards lists the dashboards of the active revision by folder and title.
type Dashboards struct {
	FormatVersion int         `json:"format_version"`
	Dashboards    []Dashboard `json:"dashboards"`
}

// DashboardAnswer is one dashboard.
type DashboardAnswer struct {
	FormatVersion int             `json:"format_version"`
	Folder        string          `json:"folder"`
	UID           string          `json:"uid"`
	Dashboard     json.RawMessage `json:"dashboard"`
}

// ErrorCode tells failures apart.
type ErrorCode string

// The codes, with their HTTP statuses.
const (
	CodeBadRequest      ErrorCode = "bad_request"     // 400
	CodeUnauthenticated ErrorCode = "unauthenticated" // 401
	CodeForbidden       ErrorCode = "forbidden"       // 403
	CodeNotFound        ErrorCode = "not_found"       // 404
	CodeConflict        ErrorCode = "conflict"        // 409
	CodeTooLarge        ErrorCode = "too_large"       // 413
	CodeRejected        ErrorCode = "rejected"        // 422
	CodeFailed          ErrorCode = "failed"          // 500
	CodeUnavailable     ErrorCode = "unavailable"     // 503
)

// ErrorAnswer is what a request that failed is answered with.
type ErrorAnswer struct {
	FormatVersion int       `json:"format_version"`
	Error         ErrorBody `json:"error"`
}

// ErrorBody says what failed.
type ErrorBody struct {
	Code    ErrorCode `json:"code"`
	Message string    `json:"message"`
	// Diagnostics say why a bundle was rejected.
	Diagnostics diag.List `json:"diagnostics,omitempty"`
	// Active is the active revision, if the code is "conflict" and there is
	// one.
	Active *bundle.Hash `json:"active,omitempty"`
}
