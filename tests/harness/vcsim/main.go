// A vCenter simulator: a main over the simulator package of govmomi, which Debian ships without its command.
//
// Credentials come from the environment, so that they are in no process list. The certificate is made at each start and
// its key never leaves memory; the one built into Go's test server is the same for everybody.
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"flag"
	"fmt"
	"log"
	"math/big"
	"net"
	"net/url"
	"os"
	"os/signal"
	"syscall"
	"time"

	_ "github.com/vmware/govmomi/cns/simulator"
	_ "github.com/vmware/govmomi/lookup/simulator"
	_ "github.com/vmware/govmomi/pbm/simulator"
	"github.com/vmware/govmomi/simulator"
	_ "github.com/vmware/govmomi/sts/simulator"
	_ "github.com/vmware/govmomi/vapi/simulator"
)

func main() {
	log.SetFlags(0)
	model := simulator.VPX()
	listen := flag.String("listen", "127.0.0.1:0", "address and port; port 0 picks a free one")
	flag.IntVar(&model.Datacenter, "datacenters", 1, "")
	flag.IntVar(&model.Cluster, "clusters", 1, "per datacenter")
	flag.IntVar(&model.ClusterHost, "hosts", 3, "per cluster")
	flag.IntVar(&model.Host, "standalone-hosts", 1, "per datacenter")
	flag.IntVar(&model.Machine, "vms", 2, "per cluster and per standalone host")
	flag.IntVar(&model.Pool, "pools", 0, "resource pools per cluster")
	flag.IntVar(&model.Folder, "folders", 0, "depth of folders")
	flag.IntVar(&model.Datastore, "datastores", 1, "per datacenter")
	flag.IntVar(&model.Portgroup, "portgroups", 1, "distributed, per datacenter")
	flag.IntVar(&model.DelayConfig.Delay, "delay", 0, "milliseconds before each answer")
	flag.BoolVar(&model.Autostart, "autostart", true, "power on all VMs")
	flag.Parse()

	if err := model.Create(); err != nil {
		log.Fatal("create: ", err)
	}
	certificate, err := selfSigned()
	if err != nil {
		log.Fatal("certificate: ", err)
	}
	model.Service.Listen = &url.URL{
		Host: *listen,
		User: url.UserPassword(os.Getenv("VCSIM_USERNAME"), os.Getenv("VCSIM_PASSWORD")),
	}
	model.Service.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	model.Service.RegisterEndpoints = true
	server := model.Service.NewServer()
	// Only the host: the server's URL has the password in it.
	fmt.Printf("listening=%s\n", server.URL.Host)

	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGINT, syscall.SIGTERM)
	<-end
	server.Close()
	model.Remove()
}

// selfSigned is its own authority, so that a client may be given it as its CA file.
func selfSigned() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{CommonName: "vcsim"},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(365 * 24 * time.Hour),
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
		IsCA:                  true,
		DNSNames:              []string{"localhost"},
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
}
