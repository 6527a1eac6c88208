package dev.hone.kernels.cuda;

/** A driver that loads another source in the place of one family's. */
record ReplacingDriver(EmulatorDriver driver, String family, String source) implements GpuDriver {
  @Override
  public GpuModule load(String ptx, String name) {
    return driver.load(name.equals(family) ? source : ptx, name);
  }

  @Override
  public String name() {
    return driver.name();
  }

  @Override
  public GpuProperties properties() {
    return driver.properties();
  }

  @Override
  public long freeBytes() {
    return driver.freeBytes();
  }

  @Override
  public DeviceMemory allocate(long bytes) {
    return driver.allocate(bytes);
  }

  @Override
  public PinnedMemory allocatePinned(long bytes) {
    return driver.allocatePinned(bytes);
  }

  @Override
  public GpuStream newStream() {
    return driver.newStream();
  }

  @Override
  public GpuEvent newEvent() {
    return driver.newEvent();
  }

  @Override
  public void synchronize() {
    driver.synchronize();
  }

  @Override
  public void close() {
    driver.close();
  }
}
