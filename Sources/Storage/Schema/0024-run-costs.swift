extension Migration {
    /// Why a run failed where no task did, and what tasks took of the machine.
    package static let runCosts = Migration(
        24,
        "run-costs",
        """
        ALTER TABLE pipeline_run ADD COLUMN failure_code TEXT;
        ALTER TABLE pipeline_task ADD COLUMN cpu_ms INTEGER CHECK (cpu_ms >= 0);
        ALTER TABLE pipeline_task ADD COLUMN peak_memory_bytes INTEGER CHECK (peak_memory_bytes >= 0);
        """
    )
}
