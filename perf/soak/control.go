package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"strconv"
	"sync/atomic"
	"time"

	core "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	discovery "github.com/envoyproxy/go-control-plane/envoy/service/discovery/v3"
	load "github.com/envoyproxy/go-control-plane/envoy/service/load_stats/v3"
	"github.com/envoyproxy/go-control-plane/pkg/cache/types"
	"github.com/envoyproxy/go-control-plane/pkg/cache/v3"
	"github.com/envoyproxy/go-control-plane/pkg/resource/v3"
	"github.com/envoyproxy/go-control-plane/pkg/server/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/emptypb"
)

const (
	everyone     = "everyone"
	loadInterval = 10 * time.Second
)

// control is the control plane: go-control-plane's ADS, certificates for the sidecar, and an ear for its load reports.
type control struct {
	authority *authority
	snapshots cache.SnapshotCache
	refused   atomic.Int64
	refusal   atomic.Pointer[string]
	issued    atomic.Int64
}

// alike gives every node the same configuration.
type alike struct{}

func (alike) ID(*core.Node) string { return everyone }

func newControl(a *authority) *control {
	return &control{authority: a, snapshots: cache.NewSnapshotCache(true, alike{}, nil)}
}

// serve listens on any port and returns it.
func (c *control) serve() (int, error) {
	identity, err := c.authority.pair("/ns/weft-system/sa/control-plane")
	if err != nil {
		return 0, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	s := grpc.NewServer(grpc.Creds(credentials.NewTLS(&tls.Config{
		Certificates: []tls.Certificate{identity}, ClientCAs: c.authority.pool, ClientAuth: tls.VerifyClientCertIfGiven})))
	discovery.RegisterAggregatedDiscoveryServiceServer(s, server.NewServer(context.Background(), c.snapshots, server.CallbackFuncs{
		StreamDeltaRequestFunc: c.heard}))
	load.RegisterLoadReportingServiceServer(s, loads{})
	s.RegisterService(&grpc.ServiceDesc{
		ServiceName: "weft.identity.v1.CertificateService", HandlerType: (*any)(nil),
		Methods: []grpc.MethodDesc{{MethodName: "IssueCertificate", Handler: c.issue}},
	}, c)
	go func() { log.Fatal(s.Serve(listener)) }()
	return listener.Addr().(*net.TCPAddr).Port, nil
}

func (c *control) heard(_ int64, request *discovery.DeltaDiscoveryRequest) error {
	if problem := request.GetErrorDetail(); problem != nil {
		text := request.GetTypeUrl() + ": " + problem.GetMessage()
		c.refused.Add(1)
		c.refusal.CompareAndSwap(nil, &text)
	}
	return nil
}

// publish replaces everything that the sidecar is to have.
func (c *control) publish(generation int, resources map[resource.Type][]types.Resource) error {
	snapshot, err := cache.NewSnapshot(strconv.Itoa(generation), resources)
	if err != nil {
		return err
	}
	return c.snapshots.SetSnapshot(context.Background(), everyone, snapshot)
}

// issue is CertificateService.IssueCertificate, read and written field by field: an empty message keeps what it does not know.
func (c *control) issue(_ any, _ context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
	var request, answer emptypb.Empty
	if err := decode(&request); err != nil {
		return nil, err
	}
	der, err := bytesField(request.ProtoReflect().GetUnknown(), 1)
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	csr, err := x509.ParseCertificateRequest(der)
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	path := "/ns/soak/sa/gateway"
	leaf, template, err := c.authority.sign(csr.PublicKey, path, identityLife)
	if err != nil {
		return nil, status.Error(codes.Internal, err.Error())
	}
	var fields []byte
	for number, value := range map[protowire.Number][]byte{1: leaf, 2: c.authority.root.Raw, 3: []byte(spiffe(path).String())} {
		fields = protowire.AppendBytes(protowire.AppendTag(fields, number, protowire.BytesType), value)
	}
	fields = protowire.AppendVarint(protowire.AppendTag(fields, 4, protowire.VarintType), uint64(template.NotBefore.Unix()))
	fields = protowire.AppendVarint(protowire.AppendTag(fields, 5, protowire.VarintType), uint64(template.NotAfter.Unix()))
	answer.ProtoReflect().SetUnknown(fields)
	c.issued.Add(1)
	return &answer, nil
}

func bytesField(message []byte, wanted protowire.Number) ([]byte, error) {
	for len(message) > 0 {
		number, kind, n := protowire.ConsumeTag(message)
		if n < 0 {
			return nil, protowire.ParseError(n)
		}
		message = message[n:]
		if number == wanted && kind == protowire.BytesType {
			value, n := protowire.ConsumeBytes(message)
			return value, protowire.ParseError(min(n, 0))
		}
		if n = protowire.ConsumeFieldValue(number, kind, message); n < 0 {
			return nil, protowire.ParseError(n)
		}
		message = message[n:]
	}
	return nil, fmt.Errorf("field %d is missing", wanted)
}

// loads asks for reports and forgets them.
type loads struct{}

func (loads) StreamLoadStats(stream load.LoadReportingService_StreamLoadStatsServer) error {
	for first := true; ; first = false {
		if _, err := stream.Recv(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if first {
			err := stream.Send(&load.LoadStatsResponse{
				SendAllClusters: true, LoadReportingInterval: durationpb.New(loadInterval)})
			if err != nil {
				return err
			}
		}
	}
}
