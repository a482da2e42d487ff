package gitrepo

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/transport"
	gitssh "github.com/go-git/go-git/v5/plumbing/transport/ssh"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

// authorizer attaches credentials by the host that a request goes to. It sits
// below the following of redirects, so it judges each hop by itself.
type authorizer struct {
	next  http.RoundTripper
	login func(host string) (Login, bool)
	// plain allows credentials over http: the remote itself says http.
	plain bool
}

// RoundTrip implements http.RoundTripper.
func (a *authorizer) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	req.Header.Del("Authorization")
	if login, ok := a.login(req.URL.Hostname()); ok && (a.plain || req.URL.Scheme == "https") {
		req.SetBasicAuth(login.User, login.Password)
	}
	resp, err := a.next.RoundTrip(req)
	if err != nil || req.Method != http.MethodGet || resp.StatusCode != http.StatusOK {
		return resp, err
	}
	// The only thing that is ever got are the references.
	if kind := resp.Header.Get("Content-Type"); !strings.HasPrefix(kind, referencesType) {
		_ = resp.Body.Close()
		return nil, fmt.Errorf("%s does not speak Git's smart HTTP protocol: it answers with %q", req.URL.Hostname(), kind)
	}
	return resp, nil
}

const referencesType = "application/x-git-upload-pack-advertisement"

// method makes what go-git needs to talk to an SSH server.
func (s SSH) method(user string) (transport.AuthMethod, error) {
	if user == "" {
		user = "git"
	}
	if len(s.KnownHosts) == 0 {
		return nil, errors.New("there is no file of known SSH hosts")
	}
	known, err := gitssh.NewKnownHostsCallback(s.KnownHosts...)
	if err != nil {
		return nil, fmt.Errorf("read the known SSH hosts: %w", err)
	}
	check := gitssh.HostKeyCallbackHelper{HostKeyCallback: known}
	if s.Agent == "" && len(s.Keys) == 0 {
		return nil, errors.New("there is neither an SSH agent nor a key")
	}
	return &gitssh.PublicKeysCallback{User: user, Callback: s.signers, HostKeyCallbackHelper: check}, nil
}

// signers offers the agent's keys, then those of the files.
func (s SSH) signers() ([]ssh.Signer, error) {
	var all []ssh.Signer
	var problems []error
	if s.Agent != "" {
		conn, err := net.Dial("unix", s.Agent) //nolint:noctx // the interface has none, and a local socket answers at once
		if err == nil {
			var keys []ssh.Signer
			keys, err = agent.NewClient(conn).Signers()
			all = append(all, keys...)
		}
		problems = append(problems, err)
	}
	for _, name := range s.Keys {
		keys, err := gitssh.NewPublicKeysFromFile("", name, "")
		if err == nil {
			all = append(all, keys.Signer)
		}
		problems = append(problems, err)
	}
	if len(all) == 0 {
		return nil, errors.Join(problems...)
	}
	return all, nil
}
