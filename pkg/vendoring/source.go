package vendoring

import (
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

// Scheme is how a repository is reached.
type Scheme string

// The schemes, as they stand before a repository's path in a URL. FileScheme is
// an extension: jb does not know it.
const (
	HTTPS      Scheme = "https://"
	SSH        Scheme = "ssh://git@"
	FileScheme Scheme = "file://"
)

// Git is a directory of a Git repository.
type Git struct {
	Scheme Scheme
	// Repository is host/owner/name, without a final ".git"; of a file:// URL
	// it is the path as it is written.
	Repository string
	// Subdir begins with a slash, or is empty.
	Subdir string
}

// Remote is the URL of the repository.
func (g Git) Remote() string {
	if g.Scheme == FileScheme {
		return string(g.Scheme) + g.Repository
	}
	return string(g.Scheme) + g.Repository + ".git"
}

// Name is where jb says that the package is, below vendor.
func (g Git) Name() string {
	if g.Scheme == FileScheme {
		return "localhost" + strings.TrimSuffix(g.Repository, ".git") + g.Subdir
	}
	return strings.TrimSuffix(g.Repository, ".git") + g.Subdir
}

// Dependency is one entry of a File.
type Dependency struct {
	// Git or Local is set. Local is the directory as it is written.
	Git   *Git
	Local string
	// Version is empty for a local directory.
	Version string
	// Sum is that of a locked Git source, in base64.
	Sum string
	// Single keeps the dependency's own dependencies from being installed.
	Single bool
	// LegacyName is the short name of a link to it; the default if empty.
	LegacyName string

	// base is the last element of a local directory's absolute path.
	base string
}

// Name is what jb knows the dependency by.
func (d Dependency) Name() string {
	if d.Git != nil {
		return d.Git.Name()
	}
	return d.base
}

// Path is the place of the package below vendor, with slashes.
func (d Dependency) Path() string { return path.Clean(d.Name()) }

// defaultLegacyName is the short name that a dependency has if none is given.
func (d Dependency) defaultLegacyName() string {
	if d.Git != nil {
		return path.Base(d.Git.Name())
	}
	return d.base
}

// Source says where the dependency comes from, for people to read.
func (d Dependency) Source() string {
	if d.Git == nil {
		return d.Local
	}
	if d.Git.Subdir == "" {
		return d.Git.Remote()
	}
	return d.Git.Remote() + d.Git.Subdir
}

// local makes a dependency on a directory; from is the directory that it is
// relative to, absolute.
func local(from, dir string) Dependency {
	abs := dir
	if !filepath.IsAbs(abs) {
		abs = filepath.Join(from, dir)
	}
	return Dependency{Local: dir, base: filepath.Base(abs)}
}

var (
	// Dots separate a host that a URL without scheme may begin with.
	hostName = regexp.MustCompile(`^[a-zA-Z0-9][-a-zA-Z0-9.]{1,61}[a-zA-Z0-9]\.[a-zA-Z]{2,}$`)
	element  = regexp.MustCompile(`^[-_~a-zA-Z0-9.]+$`)
)

// parseGit parses what jb takes for a Git repository, with an optional
// directory and version: host/owner/repository/directory@version.
func parseGit(uri string) (Git, string, error) {
	if rest, ok := strings.CutPrefix(uri, string(FileScheme)); ok {
		return parseFile(rest)
	}
	for _, prefix := range []string{"git+ssh://git@", "ssh://git@"} {
		if rest, ok := strings.CutPrefix(uri, prefix); ok {
			return parseRepository(SSH, rest)
		}
	}
	if rest, ok := strings.CutPrefix(uri, "git@"); ok {
		host, rest, ok := strings.Cut(rest, ":")
		if !ok {
			return Git{}, "", errors.New("a colon is missing after the host")
		}
		return parseRepository(SSH, host+"/"+rest)
	}
	if scheme, rest, ok := strings.Cut(uri, "://"); ok {
		if scheme == "ssh" || scheme == "git+ssh" {
			return Git{}, "", errors.New("an SSH URL has the user git: ssh://git@host/owner/name.git")
		}
		if scheme != "https" && scheme != "http" && scheme != "git" && scheme != "git+https" {
			return Git{}, "", fmt.Errorf("scheme %s:// is not supported", scheme)
		}
		uri = rest
	}
	host, _, _ := strings.Cut(uri, "/")
	if _, after, ok := strings.Cut(host, "@"); ok { // a user; credentials are no business of this file
		uri, host = strings.TrimPrefix(uri, host[:len(host)-len(after)]), after
	}
	if name, port, ok := strings.Cut(host, ":"); ok && hostName.MatchString(name) {
		return Git{}, "", fmt.Errorf("jsonnetfile.json knows no ports: name it without %s, and say where it is with --mirror https://%s/=https://%s/", ":"+port, name, host)
	}
	if !hostName.MatchString(host) {
		return Git{}, "", fmt.Errorf("%q is no host name", host)
	}
	return parseRepository(HTTPS, uri)
}

// parseRepository parses host/owner/name[.git][/subdir][@version]. Only with
// .git, which is the rule for SSH, may there be several owners.
func parseRepository(scheme Scheme, rest string) (Git, string, error) {
	repo, tail, ok := cutGit(rest)
	if !ok {
		if scheme == SSH {
			return Git{}, "", errors.New("an SSH URL needs .git after the repository's name")
		}
		parts := strings.SplitN(rest, "/", 3)
		if len(parts) < 3 {
			return Git{}, "", errors.New("a repository is host/owner/name")
		}
		end := strings.IndexAny(parts[2], "/@")
		if end < 0 {
			end = len(parts[2])
		}
		repo, tail = strings.Join(parts[:2], "/")+"/"+parts[2][:end], parts[2][end:]
	}
	parts := strings.Split(repo, "/")
	if len(parts) < 3 {
		return Git{}, "", errors.New("a repository is host/owner/name")
	}
	for _, p := range parts[1:] {
		if !element.MatchString(p) {
			return Git{}, "", fmt.Errorf("%q is no name of an owner or repository", p)
		}
	}
	g := Git{Scheme: scheme, Repository: repo}
	version := ""
	g.Subdir, version = cutTail(tail)
	return g, version, nil
}

func parseFile(rest string) (Git, string, error) {
	rest = strings.TrimPrefix(rest, "localhost")
	if !strings.HasPrefix(rest, "/") {
		return Git{}, "", errors.New("a file:// URL needs an absolute path")
	}
	repo, tail, ok := cutGit(rest)
	if ok {
		repo += ".git"
	} else if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		repo, tail = rest[:i], rest[i:]
	} else {
		repo = rest
	}
	g := Git{Scheme: FileScheme, Repository: repo}
	version := ""
	g.Subdir, version = cutTail(tail)
	return g, version, nil
}

// cutGit cuts around the last ".git" that ends a path element.
func cutGit(s string) (repo, tail string, ok bool) {
	for i := len(s); ; {
		if i = strings.LastIndex(s[:i], ".git"); i < 0 {
			return "", "", false
		}
		if tail = s[i+len(".git"):]; tail == "" || tail[0] == '/' || tail[0] == '@' {
			return s[:i], tail, true
		}
	}
}

// cutTail parses what follows a repository: "/subdir@version", both optional.
func cutTail(tail string) (subdir, version string) {
	if rest, ok := strings.CutPrefix(tail, "@"); ok {
		return "", rest
	}
	if i := strings.LastIndexByte(tail, '@'); i >= 0 {
		tail, version = tail[:i], tail[i+1:]
	}
	if tail = strings.TrimPrefix(tail, "/"); tail != "" {
		subdir = "/" + tail
	}
	return subdir, version
}
