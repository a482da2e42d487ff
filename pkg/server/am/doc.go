// Package am is Alertmanager in process: it groups, inhibits, silences and
// notifies as the upstream server does, on the upstream packages.
//
// Vocabulary:
//
//   - The server holds what outlives a configuration: alerts, silences, the
//     notification log, the API and the history of attempts.
//   - A generation is what one configuration makes: routes, receivers,
//     templates, inhibitor, dispatcher. There is always exactly one that is
//     active; before the first Commit it is the empty configuration, whose
//     only receiver notifies nobody.
//   - Prepare builds a generation and touches nothing that runs; Commit makes
//     it the active one; Discard drops it.
//   - A group is what the dispatcher notifies about at once. Its key is the
//     matchers on the way to its route plus its group labels; the notification
//     log is keyed by it. A group continues across a Commit if receiver and
//     group labels stay the same and at least one alert stays in it.
//   - An attempt is one call of an integration; the history keeps the last of
//     them. An integration is held back if its configuration, or what it
//     inherits from `global`, contains the placeholder of a secret that has no
//     value: it is never called, and the pipeline takes it for a success.
//
// # What a Commit promises
//
// The same configuration again (bytes, templates and unresolved secrets) is no
// change at all. Otherwise notifications stand still from when the gate closes
// until the new dispatcher runs, which takes as long as the attempts that are
// under way, at most Options.DrainTimeout; alerts are accepted throughout.
//
//   - What an integration took before the gate closed is not sent again:
//     attempts under way are waited for and logged; an integration that waits
//     between two retries is stopped, and tried anew by the new generation.
//   - A group whose matchers were rewritten, moved or split is not notified
//     again, and keeps the key by which pager services know its incident until
//     that incident ends. repeat_interval runs on.
//   - A resolved alert whose resolution was notified is not notified again.
//   - An inhibitor knows all alerts before the first notification.
//
// It is at least once, not exactly once, where the receiver was renamed, its
// integrations were reordered, group_by or the labels that alerts carry were
// changed, an alert moved into a group that existed already, an attempt
// outlasted DrainTimeout, or the process was killed between an attempt and the
// next write of the notification log (a tenth of a second, or ten times what
// writing takes, at most five seconds). The group_wait or
// group_interval that a group was waiting for starts anew, except that a group
// with an alert older than group_wait is flushed at once, as upstream does.
//
// # Durability
//
// A change of silences is on disk before the API answers it. The files are
// those of upstream ("silences" and "nflog" in Options.Dir) and replaced
// atomically. Alerts live in memory only: senders repeat them.
//
// # Redirects
//
// Authorization, basic authentication and cookies stay with the host that they
// are configured for (prometheus/common, and net/http since CVE-2025-4673);
// tests guard it. Integrations with http_headers do not follow redirects at all.
// What stands: a 307 or 308 sends the body on, in which some integrations have
// their key, and Go names the URL that redirected in Referer.
//
// # Deliberately absent
//
// Gossip between replicas, upstream's user interface, its tracing exporter and
// its event recorder; a configuration that asks for the latter two gets a
// warning. The package keeps no state outside of a Server, except upstream's
// choice of matcher syntax (see UseUTF8Matchers). It takes no clock, since
// upstream does not.
package am
