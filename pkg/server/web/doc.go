// Package web is the page that the server shows at /.
//
// It is a page for a first look: what runs, which alerts are active, which
// targets are scraped, what was notified, which dashboards there are. It is
// made on the server with html/template, which escapes by context, so that no
// label, annotation or name that was scraped or deployed becomes markup; a
// content security policy without inline scripts stands behind that. Nothing
// is loaded from elsewhere. A small script fetches the page anew every few
// seconds and replaces its content; without scripts the page reloads itself.
//
// A View is all that the page shows. It is made by the caller; this package
// asks nobody anything.
package web
