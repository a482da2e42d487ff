package gitrepo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/packfile"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/capability"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp/sideband"
	"github.com/go-git/go-git/v5/plumbing/transport"
	githttp "github.com/go-git/go-git/v5/plumbing/transport/http"
	gitssh "github.com/go-git/go-git/v5/plumbing/transport/ssh"
)

// session is an open connection to a remote that has told its references.
type session struct {
	transport.UploadPackSession
	refs *packp.AdvRefs
}

// open connects to a remote.
func (c *Client) open(ctx context.Context, remote, url string) (*session, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	endpoint, err := transport.NewEndpoint(url)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", remote, err)
	}
	var t transport.Transport
	var auth transport.AuthMethod
	switch endpoint.Protocol {
	case "https", "http":
		t = githttp.NewClient(&http.Client{Transport: &authorizer{c.opts.HTTP, c.opts.Login, endpoint.Protocol == "http"}})
	case "ssh":
		if auth, err = c.opts.SSH.method(endpoint.User); err != nil {
			return nil, &AccessError{remote, endpoint.Host, true, err}
		}
		t = gitssh.NewClient(nil)
	default:
		return nil, fmt.Errorf("%s: transport %q is not supported", remote, endpoint.Protocol)
	}
	up, err := t.NewUploadPackSession(endpoint, auth)
	if err != nil {
		return nil, openError(ctx, remote, endpoint, err)
	}
	refs, err := up.AdvertisedReferencesContext(ctx)
	if err != nil {
		_ = up.Close()
		return nil, openError(ctx, remote, endpoint, err)
	}
	return &session{up, refs}, nil
}

// openError says what it means that a remote does not tell its references.
func openError(ctx context.Context, remote string, from *transport.Endpoint, err error) error {
	host, ssh := from.Host, from.Protocol == "ssh"
	switch {
	case errors.Is(err, transport.ErrRepositoryNotFound):
		return &MissingError{remote, host, ssh}
	case errors.Is(err, transport.ErrAuthenticationRequired): // what the server's page says is no help
		return &AccessError{remote, host, ssh, transport.ErrAuthenticationRequired}
	case errors.Is(err, transport.ErrAuthorizationFailed):
		return &AccessError{remote, host, ssh, transport.ErrAuthorizationFailed}
	case isRefusedBySSH(err):
		return &AccessError{remote, host, ssh, err}
	case strings.Contains(err.Error(), "object-format=sha256"): // what go-git cannot parse
		return fmt.Errorf("%s: %w", remote, errSHA256)
	}
	return remoteError(ctx, remote, err)
}

// isRefusedBySSH recognises who is not known to the other: go-git and its SSH
// library give these errors no types.
func isRefusedBySSH(err error) bool {
	for _, sign := range []string{"ssh: unable to authenticate", "knownhosts:", "no supported methods remain"} {
		if strings.Contains(err.Error(), sign) {
			return true
		}
	}
	return false
}

var errSHA256 = errors.New("its objects have SHA-256 names, which are not supported")

func remoteError(ctx context.Context, remote string, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("%s: %w", remote, err)
}

// fetch makes dir a bare store of what is wanted, or of everything.
func (c *Client) fetch(ctx context.Context, remote, url string, wants []plumbing.Hash, dir string) error {
	s, err := c.open(ctx, remote, url)
	if err != nil {
		return err
	}
	defer s.Close()
	resp, err := s.UploadPack(ctx, request(s.refs, wants))
	if err != nil {
		return remoteError(ctx, remote, err)
	}
	defer resp.Close()
	pack := filepath.Join(dir, "received")
	if err := c.receive(remote, demux(s.refs.Capabilities, resp), pack); err != nil {
		return remoteOr(ctx, remote, err)
	}
	if err := c.index(remote, pack, dir); err != nil {
		return remoteOr(ctx, remote, err)
	}
	if ok, err := complete(dir, wants); err != nil {
		return err
	} else if !ok {
		return &VersionError{Remote: remote, Version: wants[0].String(), Known: advertised(s.refs).Names()}
	}
	return nil
}

func remoteOr(ctx context.Context, remote string, err error) error {
	if _, ok := errors.AsType[*SizeError](err); ok {
		return err
	}
	return remoteError(ctx, remote, err)
}

// request asks for the wanted commits without their history if the server
// gives them away, else for everything: servers hand out only what a
// reference names unless they are told otherwise.
func request(refs *packp.AdvRefs, wants []plumbing.Hash) *packp.UploadPackRequest {
	caps := refs.Capabilities
	req := packp.NewUploadPackRequestFromCapabilities(caps)
	for _, c := range []capability.Capability{capability.NoProgress, capability.OFSDelta} {
		if caps.Supports(c) {
			_ = req.Capabilities.Set(c) // it takes no argument, so it cannot fail
		}
	}
	direct := len(wants) > 0
	for _, h := range wants {
		want, ok := wantable(refs, h)
		direct = direct && ok
		req.Wants = append(req.Wants, want)
	}
	if !direct {
		req.Wants = everything(refs)
		return req
	}
	if caps.Supports(capability.Shallow) {
		req.Depth = packp.DepthCommits(1)
		_ = req.Capabilities.Set(capability.Shallow)
	}
	return req
}

// wantable returns what to ask for to be given an object.
func wantable(refs *packp.AdvRefs, h plumbing.Hash) (plumbing.Hash, bool) {
	for _, tip := range refs.References {
		if tip == h {
			return h, true
		}
	}
	for name, peeled := range refs.Peeled { // then the tag object is asked for
		if tag, ok := refs.References[name]; ok && peeled == h {
			return tag, true
		}
	}
	return h, refs.Capabilities.Supports(capability.AllowReachableSHA1InWant)
}

func everything(refs *packp.AdvRefs) []plumbing.Hash {
	var all []plumbing.Hash
	for name, h := range refs.References {
		if strings.HasPrefix(name, "refs/heads/") || strings.HasPrefix(name, "refs/tags/") {
			all = append(all, h)
		}
	}
	plumbing.HashesSort(all)
	return slices.Compact(all)
}

func demux(caps *capability.List, r io.Reader) io.Reader {
	switch {
	case caps.Supports(capability.Sideband64k):
		return sideband.NewDemuxer(sideband.Sideband64k, r)
	case caps.Supports(capability.Sideband):
		return sideband.NewDemuxer(sideband.Sideband, r)
	}
	return r
}

// receive writes a pack to a file, unless it is too large.
func (c *Client) receive(remote string, from io.Reader, name string) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	n, err := io.Copy(f, io.LimitReader(from, c.opts.MaxPack+1))
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	if n > c.opts.MaxPack {
		return &SizeError{Remote: remote, What: "the pack", Limit: c.opts.MaxPack}
	}
	return nil
}

// index makes a store of a received pack whose objects have been measured.
func (c *Client) index(remote, pack, dir string) error {
	if err := c.measure(remote, pack); err != nil {
		return err
	}
	f, err := os.Open(pack)
	if err != nil {
		return err
	}
	defer f.Close()
	s := openStore(dir)
	if err := s.Init(); err != nil {
		return err
	}
	if err := packfile.WritePackfileToObjectStorage(s, f); err != nil {
		return fmt.Errorf("unpack: %w", err)
	}
	return os.Remove(pack)
}
