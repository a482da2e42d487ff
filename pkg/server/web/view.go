package web

import "time"

// View is what the page shows.
type View struct {
	// Now is when it was made.
	Now     time.Time
	Version string
	// Revision is shortened; it is empty as long as there is none.
	Revision    string
	Environment string
	Activated   time.Time
	By          string
	Message     string
	// Objects counts the active objects by kind, in the order to show.
	Objects []Count
	// Waiting is what the server has not done yet, empty once it has settled.
	Waiting string
	// Unresolved are the names of secrets without a value.
	Unresolved []string
	// Silences counts the active ones.
	Silences      int
	Alerts        []Alert
	Targets       []Target
	Notifications []Notification
	Dashboards    []Dashboard
	// Problems says what could not be found out for this view.
	Problems []string
}

// Count is a number of things.
type Count struct {
	Name string
	N    int
}

// Alert is an alert that is not resolved.
type Alert struct {
	// State is "firing", "pending" or "suppressed".
	State    string
	Name     string
	Severity string
	Summary  string
	Since    time.Time
	Labels   []Label
}

// Label is a name and a value.
type Label struct{ Name, Value string }

// Target is something that is scraped.
type Target struct {
	Job, URL, Health, Error string
	LastScrape              time.Time
	Duration                time.Duration
}

// Notification is an attempt to notify.
type Notification struct {
	Time             time.Time
	Receiver         string
	Integration      string
	Outcome          string
	Group            []Label
	Firing, Resolved int
	// Note is an error, or the secret that is missing.
	Note string
}

// Dashboard is a dashboard by name.
type Dashboard struct{ Folder, Title, Path string }
