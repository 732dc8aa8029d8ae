# Causerie: everything a newcomer needs is `make run` and `make test`; both do their own set-up.

SWIFT ?= swift
PREFIX ?= /usr/local
JOBS := $(shell nproc)
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)

BUILD_PACKAGES := pkg-config make libadwaita-1-dev libglib2.0-dev libglib2.0-dev-bin libopus-dev libvpx-dev libv4l-dev \
  libpulse-dev libsrtp2-dev libssl-dev libusrsctp-dev libyuv-dev libwebrtc-audio-processing-dev zlib1g-dev libsqlite3-dev gettext g++
RUN_PACKAGES := adwaita-icon-theme librsvg2-common dbus fonts-cantarell fonts-noto-color-emoji
TEST_PACKAGES := xvfb dbus at-spi2-core pulseaudio pulseaudio-utils chromium desktop-file-utils appstream \
  xdotool fonts-dejavu-core adwaita-icon-theme librsvg2-common gcc libjpeg62-turbo-dev python3-websockets openssl tshark \
  coturn dante-server gnome-keyring nftables iproute2 avahi-daemon

# What `make bench` compares with, beyond what the tests need.
BENCH_PACKAGES := espeak-ng nginx-light libnginx-mod-nchan openssh-server socat

# The programs that a person runs are optimised; the runtime is linked in, so that they run without the toolchain.
RELEASE := --configuration release --static-swift-stdlib --jobs $(JOBS)
DEBUG := --jobs $(JOBS)

.PHONY: all deps test-deps bench-deps build run test fuzz sanitize lint format bench release install stage translations clean

all: build

# Installs what is missing, and only then asks for rights.
define need
	@missing=$$(dpkg-query --show --showformat='$${Package} $${Status}\n' $(1) 2>&1 \
	  | awk '/no packages found/ {print $$NF} !/install ok installed/ && !/no packages found/ {print $$1}'); \
	if [ -n "$$missing" ]; then \
	  echo "Installing:" $$missing; \
	  $(SUDO) apt-get update -qq && $(SUDO) env DEBIAN_FRONTEND=noninteractive \
	    apt-get install --yes --quiet --no-install-recommends $$missing; \
	fi
	@command -v $(SWIFT) >/dev/null || { echo "Swift 6.3 is needed: https://www.swift.org/install/linux/" >&2; exit 1; }
endef

deps:
	$(call need,$(BUILD_PACKAGES) $(RUN_PACKAGES))

test-deps:
	$(call need,$(BUILD_PACKAGES) $(RUN_PACKAGES) $(TEST_PACKAGES))

bench-deps:
	$(call need,$(BUILD_PACKAGES) $(RUN_PACKAGES) $(TEST_PACKAGES) $(BENCH_PACKAGES))

build: deps
	$(SWIFT) build $(DEBUG)

release: deps
	$(SWIFT) build $(RELEASE)

# Schemas, translations and icons as they will be installed, for running from the tree.
stage: release
	sh data/install.sh "$(CURDIR)/.build/stage" "" "$(CURDIR)/.build/release"

run: stage
	XDG_DATA_DIRS="$(CURDIR)/.build/stage/share:$${XDG_DATA_DIRS:-/usr/local/share:/usr/share}" \
	GSETTINGS_SCHEMA_DIR="$(CURDIR)/.build/stage/share/glib-2.0/schemas" \
	"$(CURDIR)/.build/stage/bin/causerie" $(ARGS)

install: release
	sh data/install.sh "$(PREFIX)" "$(DESTDIR)" "$(CURDIR)/.build/release"

test: test-deps
	sh Tests/run.sh

# Every parser that a stranger can reach, SECONDS each; TARGETS chooses some of them.
SECONDS ?= 60
fuzz: deps
	sh Tests/Fuzz/run.sh $(SECONDS) $(TARGETS)

# AddressSanitizer and ThreadSanitizer; SANITIZERS=address chooses one.
sanitize: deps
	sh Tests/Sanitize/run.sh $(SANITIZERS)

lint:
	$(SWIFT) format lint --strict --recursive Sources Tests Package.swift

format:
	$(SWIFT) format --in-place --recursive Sources Tests Package.swift

bench: bench-deps release
	sh Tests/Performance/run.sh

translations:
	sh po/update.sh

clean:
	rm -rf .build artefacts
