package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"time"
)

// targets are routes whose requests may be sent again.
var targets = []string{"/web", "/secure", "/split"}

// received notes what an answer's head says.
func (t *traffic) received(c *call, response *http.Response) error {
	c.backend = response.Header.Get("x-backend")
	if response.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(response.Body, 200))
		return fmt.Errorf("status %d: %q", response.StatusCode, text)
	}
	if c.backend == "" {
		return errors.New("an answer without the endpoint's name")
	}
	generation, err := strconv.Atoi(response.Header.Get("x-generation"))
	if err == nil {
		t.mesh.saw(generation)
	}
	return err
}

func newRequest(c *call, method, path string, body io.Reader, length int64) *http.Request {
	request, err := http.NewRequestWithContext(context.Background(), method, "http://soak.test"+path, body)
	fail(err)
	request.Header.Set("x-soak-id", c.id)
	request.ContentLength = length
	return request
}

// getting is a request for some noise, and what the answer must be.
func getting(c *call, size int) (*http.Request, *pattern) {
	n, seed := size/2+rand.IntN(size/2+1), rand.Uint64()
	path := fmt.Sprintf("%s/bytes?n=%d&seed=%d", targets[rand.IntN(len(targets))], n, seed)
	return newRequest(c, "GET", path, nil, 0), newPattern(seed, n)
}

func (t *traffic) compare(c *call, response *http.Response, wanted *pattern) error {
	if err := t.received(c, response); err != nil {
		return err
	}
	if _, err := io.Copy(wanted, response.Body); err != nil {
		return err
	}
	return wanted.all()
}

// posting is a request with noise, and a check of the answer: the same noise, or its length and hash.
func (t *traffic) posting(c *call, action string, size int, chunked bool) (*http.Request, func(*http.Response) error) {
	seed, length, route := rand.Uint64(), int64(size), "/once"
	if c.repeatable {
		route = targets[rand.IntN(len(targets))]
	}
	if chunked {
		length = -1
	}
	request := newRequest(c, "POST", route+"/"+action, io.NopCloser(newPattern(seed, size)), length)
	if action == "echo" {
		return request, func(response *http.Response) error { return t.compare(c, response, newPattern(seed, size)) }
	}
	return request, func(response *http.Response) error {
		if err := t.received(c, response); err != nil {
			return err
		}
		hash := sha256.New()
		_, _ = io.Copy(hash, newPattern(seed, size))
		answer, err := io.ReadAll(io.LimitReader(response.Body, 200))
		if wanted := fmt.Sprintf("%d %s", size, hex.EncodeToString(hash.Sum(nil))); err == nil && !bytes.Equal(answer, []byte(wanted)) {
			return fmt.Errorf("the endpoint got %q, not %q", answer, wanted)
		}
		return err
	}
}

// kept is a worker with an HTTP/1.1 connection that it opens again after a number of requests.
type kept struct {
	t        *traffic
	listener string
	most     int
	now      *wire
	request  func(c *call) (*http.Request, func(*http.Response) error)
}

func (k *kept) do(c *call) error {
	if k.now != nil && (k.now.spent || k.now.used >= k.most) {
		k.close()
	}
	if k.now == nil {
		opened, err := k.t.open(c, k.listener)
		if err != nil {
			return err
		}
		k.now = opened
	}
	request, receive := k.request(c)
	return k.now.exchange(c, request, receive)
}

func (k *kept) close() {
	if k.now != nil {
		_ = k.now.Close()
		k.now = nil
	}
}

func get(listener string, most, size int) func(*traffic) worker {
	return func(t *traffic) worker {
		return &kept{t: t, listener: listener, most: most, request: func(c *call) (*http.Request, func(*http.Response) error) {
			request, wanted := getting(c, size)
			return request, func(response *http.Response) error { return t.compare(c, response, wanted) }
		}}
	}
}

func post(listener, action string, size int, chunked bool) func(*traffic) worker {
	return func(t *traffic) worker {
		return &kept{t: t, listener: listener, most: 20, request: func(c *call) (*http.Request, func(*http.Response) error) {
			return t.posting(c, action, size, chunked)
		}}
	}
}

// slowly reads in so many steps that the answer takes some time.
func slowly(listener string, size int, takes time.Duration) func(*traffic) worker {
	const steps = 32
	return func(t *traffic) worker {
		return &kept{t: t, listener: listener, most: 1, request: func(c *call) (*http.Request, func(*http.Response) error) {
			request, wanted := getting(c, size)
			return request, func(response *http.Response) error {
				if err := t.received(c, response); err != nil {
					return err
				}
				for {
					_, err := io.CopyN(wanted, response.Body, int64(size/steps))
					if errors.Is(err, io.EOF) {
						return wanted.all()
					} else if err != nil {
						return err
					}
					time.Sleep(takes / steps)
				}
			}
		}}
	}
}

// passing makes calls only while the listener that comes and goes is there. What has begun may end when it has gone.
func passing(of func(*traffic) worker) func(*traffic) worker {
	return func(t *traffic) worker {
		under := of(t)
		return alone(func(c *call) error {
			if !t.mesh.extraOpen() {
				under.close()
				return errNotNow
			}
			return under.do(c)
		})
	}
}

// kept2 is a worker with an HTTP/2 connection.
type kept2 struct {
	t         *traffic
	listener  string
	most      int
	used      int
	transport *http.Transport
	opened    net.Conn
	request   func(c *call) (*http.Request, func(*http.Response) error)
}

func (k *kept2) do(c *call) error {
	if k.used >= k.most {
		k.close()
	}
	k.used++
	request, receive := k.request(c)
	within, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	response, err := k.send(c, request.WithContext(within))
	if err != nil {
		k.close()
		return fmt.Errorf("no answer: %w", err)
	}
	defer response.Body.Close()
	if response.ProtoMajor != 2 {
		return fmt.Errorf("answered in %s", response.Proto)
	}
	return receive(response)
}

func (k *kept2) send(c *call, request *http.Request) (*http.Response, error) {
	if k.opened == nil {
		// Here and not in the transport, which would go on with it when the request has long been given up.
		raw, err := k.t.dial(k.listener, "h2")
		if err != nil {
			return nil, err
		}
		k.opened = raw
		once := make(chan net.Conn, 1)
		once <- raw
		dial := func(context.Context, string, string) (net.Conn, error) {
			select {
			case raw := <-once:
				return raw, nil
			default:
				return nil, errors.New("the connection has ended")
			}
		}
		protocols := new(http.Protocols)
		protocols.SetHTTP2(true)
		protocols.SetUnencryptedHTTP2(true)
		k.transport = &http.Transport{Protocols: protocols, DisableCompression: true, DialContext: dial, DialTLSContext: dial}
	}
	c.local = k.opened.LocalAddr().String()
	if k.listener != "http" {
		request.URL.Scheme = "https"
	}
	return k.transport.RoundTrip(request)
}

// close closes the connection even if a stream of it was left open.
func (k *kept2) close() {
	if k.opened != nil {
		_ = k.opened.Close()
		k.opened, k.transport, k.used = nil, nil, 0
	}
}

func get2(listener string, most, size int) func(*traffic) worker {
	return func(t *traffic) worker {
		return &kept2{t: t, listener: listener, most: most, request: func(c *call) (*http.Request, func(*http.Response) error) {
			request, wanted := getting(c, size)
			return request, func(response *http.Response) error { return t.compare(c, response, wanted) }
		}}
	}
}

func post2(listener, action string, size int) func(*traffic) worker {
	return func(t *traffic) worker {
		return &kept2{t: t, listener: listener, most: 20, request: func(c *call) (*http.Request, func(*http.Response) error) {
			return t.posting(c, action, size, false)
		}}
	}
}
