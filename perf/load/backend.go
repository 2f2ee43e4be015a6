package main

import (
	"bytes"
	"flag"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/http2"
)

// backend answers as cheaply as it can: HTTP/1.1 GETs with a fixed body (/N for N bytes), and on HTTP/2 an echo of every
// message with gRPC trailers once the client has ended.
func backend(arguments []string) error {
	flags := flag.NewFlagSet("backend", flag.ExitOnError)
	plain := flags.String("http", "127.0.0.1:18080", "where to speak HTTP/1.1")
	grpc := flags.String("grpc", "127.0.0.1:18081", "where to speak HTTP/2 without TLS")
	size := flags.Int("size", 1024, "bytes of an answer to /")
	_ = flags.Parse(arguments)
	listener, err := net.Listen("tcp", *grpc)
	if err != nil {
		return err
	}
	go func() { fail(echo(listener)) }()
	server := &http.Server{Addr: *plain, Handler: fixed(*size), ReadHeaderTimeout: 10 * time.Second}
	return server.ListenAndServe()
}

func fixed(size int) http.Handler {
	bodies := map[string][]byte{"/": bytes.Repeat([]byte{'w'}, size)}
	for _, bytesWanted := range []int{128, 1024, 65536} {
		bodies["/"+strconv.Itoa(bytesWanted)] = bytes.Repeat([]byte{'w'}, bytesWanted)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, known := bodies[r.URL.Path]
		if !known {
			if !strings.HasPrefix(r.URL.Path, "/api/") {
				http.NotFound(w, r)
				return
			}
			body = bodies["/"]
		}
		header := w.Header()
		header["Content-Length"] = []string{strconv.Itoa(len(body))}
		header["Content-Type"] = []string{"text/plain"}
		_, _ = w.Write(body)
	})
}

func echo(listener net.Listener) error {
	for {
		accepted, err := listener.Accept()
		if err != nil {
			return err
		}
		go serveEcho(accepted)
	}
}

func serveEcho(accepted net.Conn) {
	defer accepted.Close()
	c := newConnection(accepted)
	preface := make([]byte, len(http2.ClientPreface))
	if _, err := io.ReadFull(c.reader, preface); err != nil || string(preface) != http2.ClientPreface {
		return
	}
	c.settings(http2.Setting{ID: http2.SettingMaxConcurrentStreams, Val: 100_000})
	_ = c.serve(handlers{
		headers: func(id uint32, _ map[string]string, end bool) {
			c.headers(id, false, ":status", "200", "content-type", "application/grpc")
			if end {
				c.headers(id, true, "grpc-status", "0")
			}
		},
		data: func(id uint32, data []byte, end bool) {
			c.data(id, data, false)
			if end {
				c.trailers(id, "grpc-status", "0")
			}
		},
		reset: c.forget,
	})
}
